import { Logger } from '@nestjs/common';
import { EventTransport, type StoredEvent } from '../../application/shared/event-transport';

/** Sends events to the log, until there is a message broker. The data, which may be personal, is logged at `debug` only. */
export class LoggingEventTransport extends EventTransport {
  private readonly logger = new Logger('Events');

  send({ id, type, aggregate, data }: StoredEvent): Promise<void> {
    this.logger.log(`${type} of ${aggregate.type} ${aggregate.id} (event ${id})`);
    this.logger.debug(`event ${id}: ${JSON.stringify(data)}`);
    return Promise.resolve();
  }
}
