import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventTransport } from '../../../application/shared/event-transport';
import type { Configuration } from '../../config/configuration';
import { OutboxMetrics, outboxMetricsProviders } from '../../observability/outbox-metrics';
import { OutboxRelay } from './outbox-relay';
import { OutboxSignal } from './outbox-signal';
import { OutboxTable } from './outbox-table';

/** Sends the events that transactions have stored. */
@Module({})
export class OutboxModule {
  static forRoot({ relay, ...options }: Configuration['outbox']): DynamicModule {
    if (!relay) return { module: OutboxModule };
    return {
      module: OutboxModule,
      providers: [
        ...outboxMetricsProviders,
        {
          provide: OutboxRelay,
          inject: [DataSource, EventTransport, OutboxSignal, OutboxMetrics],
          useFactory: (source: DataSource, transport: EventTransport, signal: OutboxSignal, metrics: OutboxMetrics) =>
            new OutboxRelay(new OutboxTable(source, options), transport, signal, metrics, options),
        },
      ],
    };
  }
}
