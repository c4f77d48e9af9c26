import type { Chance } from './chance';
import type { Exposition } from './exposition';

const MIB = 2 ** 20;

export interface ProcessStep {
  readonly seconds: number;
  /** In seconds, for what goes up and down. */
  readonly time: number;
  readonly requestsPerSecond: number;
  /** PostgreSQL does not run. */
  readonly isDown: boolean;
}

/** What prom-client reports of a process by default, and the other metrics of the service that nothing here changes. */
export function simulateProcess(
  exposition: Exposition,
  chance: Chance,
  { seconds, time, requestsPerSecond, isDown }: ProcessStep,
): void {
  exposition.add('process_cpu_seconds_total', {}, chance.about(requestsPerSecond * 0.009 * seconds));
  // The heap grows until it is collected.
  const heap = (84 + 26 * ((time / 260) % 1)) * MIB;
  exposition.set('nodejs_heap_size_used_bytes', chance.about(heap, 0.02));
  exposition.set('nodejs_heap_size_total_bytes', 128 * MIB);
  exposition.set('process_resident_memory_bytes', chance.about(190 * MIB, 0.01));
  exposition.set('nodejs_eventloop_lag_p50_seconds', chance.about(0.0104, 0.02));
  exposition.set('nodejs_eventloop_lag_p99_seconds', chance.about(0.016, 0.2));
  for (const [kind, share] of [
    ['minor', 0.006],
    ['major', 0.002],
    ['incremental', 0.0004],
  ] as const) {
    exposition.add('nodejs_gc_duration_seconds_sum', { kind }, chance.about(share * seconds));
    exposition.add('nodejs_gc_duration_seconds_count', { kind }, chance.about(0.4 * seconds));
  }
  if (!isDown) {
    exposition.set('outbox_pending_events', Math.round(chance.about(2, 1)));
    exposition.set('outbox_dead_events', 0);
    exposition.set('outbox_oldest_event_age_seconds', chance.about(1.2, 0.5));
    // It counts every 15 s.
    exposition.set('outbox_counted_timestamp_seconds', time - 15 * chance.next());
  }
  for (const counter of ['outbox_send_failures_total', 'outbox_events_dead_total']) exposition.add(counter, {}, 0);
  // Each failed request is a line.
  exposition.add('log_lines_dropped_total', {}, isDown ? chance.about(2 * seconds) : 0);
  exposition.set('database_replica_used', 1);
  exposition.set('http_rate_limit_shared', 1);
}
