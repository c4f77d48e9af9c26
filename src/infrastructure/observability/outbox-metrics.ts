import type { Provider } from '@nestjs/common';
import { getToken, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge } from 'prom-client';

const SENT = 'outbox_events_sent_total';
const FAILED = 'outbox_send_failures_total';
const DIED = 'outbox_events_dead_total';
const PENDING = 'outbox_pending_events';
const DEAD = 'outbox_dead_events';
const AGE = 'outbox_oldest_event_age_seconds';
const COUNTED = 'outbox_counted_timestamp_seconds';

/** What a relay reports. */
export interface OutboxObserver {
  sent(count: number): void;
  failed(count: number): void;
  died(): void;
  counted(state: { readonly pending: number; readonly dead: number; readonly oldestAgeSeconds: number }): void;
}

/** The counters are of this process, the gauges of the table: each instance reports the same, as of its last count. */
export class OutboxMetrics implements OutboxObserver {
  constructor(
    private readonly sentEvents: Counter,
    private readonly failures: Counter,
    private readonly deadEvents: Counter,
    private readonly pending: Gauge,
    private readonly dead: Gauge,
    private readonly oldest: Gauge,
    private readonly countedAt: Gauge,
  ) {}

  sent(count: number): void {
    this.sentEvents.inc(count);
  }

  failed(count: number): void {
    this.failures.inc(count);
  }

  died(): void {
    this.deadEvents.inc();
  }

  counted({ pending, dead, oldestAgeSeconds }: Parameters<OutboxObserver['counted']>[0]): void {
    this.pending.set(pending);
    this.dead.set(dead);
    this.oldest.set(oldestAgeSeconds);
    this.countedAt.setToCurrentTime();
  }
}

export const outboxMetricsProviders: Provider[] = [
  makeCounterProvider({ name: SENT, help: 'Events that this process has sent.' }),
  makeCounterProvider({ name: FAILED, help: 'Failed attempts of this process to send an event.' }),
  makeCounterProvider({ name: DIED, help: 'Events that this process has given up after their last attempt.' }),
  makeGaugeProvider({
    name: PENDING,
    help: 'Stored events that wait to be sent, at most 100000. The same in each instance.',
  }),
  makeGaugeProvider({
    name: DEAD,
    help: 'Stored events that were given up and are not sent again by themselves. The same in each instance.',
  }),
  makeGaugeProvider({
    name: AGE,
    help: 'Age of the oldest event that waits to be sent; 0 without one. The same in each instance.',
  }),
  makeGaugeProvider({
    name: COUNTED,
    help: 'When this process last counted the stored events, in seconds since 1970; 0 before its first count.',
  }),
  {
    provide: OutboxMetrics,
    inject: [SENT, FAILED, DIED, PENDING, DEAD, AGE, COUNTED].map((name) => getToken(name)),
    useFactory: (...metrics: [Counter, Counter, Counter, Gauge, Gauge, Gauge, Gauge]) => new OutboxMetrics(...metrics),
  },
];
