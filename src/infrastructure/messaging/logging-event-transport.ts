import { Inject, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { EventTransport, type StoredEvent } from '../../application/shared/event-transport';
import { CONFIGURATION, type Configuration } from '../config/configuration';

/** Sends events to the log, until there is a message broker. The data, which may be personal, is logged at `debug` only. */
export class LoggingEventTransport extends EventTransport implements OnApplicationBootstrap {
  private readonly logger = new Logger('Events');

  constructor(@Inject(CONFIGURATION) private readonly configuration: Pick<Configuration, 'environment' | 'outbox'>) {
    super();
  }

  onApplicationBootstrap(): void {
    const { environment, outbox } = this.configuration;
    if (environment !== 'production' || !outbox.relay) return;
    this.logger.warn('events are only logged, and then deleted: bind a transport (docs/guides/SEND-EVENTS.md)');
  }

  send({ id, type, aggregate, data }: StoredEvent): Promise<void> {
    this.logger.log(`${type} of ${aggregate.type} ${aggregate.id} (event ${id})`);
    this.logger.debug(`event ${id}: ${JSON.stringify(data)}`);
    return Promise.resolve();
  }
}
