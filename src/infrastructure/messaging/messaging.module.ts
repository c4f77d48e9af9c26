import { Global, Module } from '@nestjs/common';
import { EventTransport } from '../../application/shared/event-transport';
import { LoggingEventTransport } from './logging-event-transport';

/** Binds the transport of events. Replace it to send them to a message broker (docs/guides/SEND-EVENTS.md). */
@Global()
@Module({
  providers: [{ provide: EventTransport, useClass: LoggingEventTransport }],
  exports: [EventTransport],
})
export class MessagingModule {}
