import { readObjectives, seconds } from '../objectives';
import { allAndBy, rate, RAW, RECORDED } from './expressions';
import type { DashboardRow } from './panel';

const { outbox } = readObjectives();
/** Each instance reports the same table. */
const most = (gauge: string) => `max(${gauge}{${RAW}})`;
const perSecond = (counter: string) => `sum(${rate(counter, RAW)})`;
const byInstance = (gauge: string) => `min by (instance) (${gauge}{${RAW}})`;

/** What the service does beside its responses, and what it can do without for a while. */
export const serviceRow: DashboardRow = {
  title: 'Service',
  panels: [
    {
      kind: 'timeseries',
      title: 'Readiness',
      description:
        'Share of the probes at an address that found the service ready, as a client sees it. Empty without blackbox_exporter.',
      unit: 'percentunit',
      max: 1,
      width: 6,
      runbook: 'ServiceNotReady',
      queries: [
        {
          legend: '{{instance}}',
          expr: `min by (instance) (avg_over_time(probe_success{${RECORDED}}[$__rate_interval]))`,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Stored Events',
      description: 'Events of transactions that wait to be sent, and dead ones, which were given up.',
      unit: 'short',
      width: 6,
      runbook: 'OutboxEventsDead',
      queries: [
        { legend: 'waiting', expr: most('outbox_pending_events') },
        { legend: 'dead', expr: most('outbox_dead_events') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Age of the Oldest Event',
      description: `Of those that wait to be sent. At ${seconds(outbox.age)} there is an alert.`,
      unit: 's',
      width: 6,
      runbook: 'OutboxDelayed',
      queries: [
        { legend: 'oldest event', expr: most('outbox_oldest_event_age_seconds') },
        { legend: 'since the last count', expr: `time() - (${most('outbox_counted_timestamp_seconds')} > 0)` },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Events Sent',
      description: 'Per second: sent events, failed attempts, and events that were given up after their last attempt.',
      unit: 'ops',
      width: 6,
      runbook: 'OutboxDelayed',
      queries: [
        { legend: 'sent', expr: perSecond('outbox_events_sent_total') },
        { legend: 'failed attempts', expr: perSecond('outbox_send_failures_total') },
        { legend: 'given up', expr: perSecond('outbox_events_dead_total') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Replica Used',
      description:
        '1 while the instance reads from the replica, 0 while the primary serves all reads. Empty without one.',
      unit: 'short',
      max: 1,
      width: 6,
      runbook: 'ReplicaNotUsed',
      queries: [{ legend: '{{instance}}', expr: byInstance('database_replica_used') }],
    },
    {
      kind: 'timeseries',
      title: 'Rate Limit Shared',
      description:
        '1 while the instance counts requests with the others, 0 while it counts alone. Empty without a store.',
      unit: 'short',
      max: 1,
      width: 6,
      runbook: 'RateLimitNotShared',
      queries: [{ legend: '{{instance}}', expr: byInstance('http_rate_limit_shared') }],
    },
    {
      kind: 'timeseries',
      title: 'Refused Requests',
      description: 'Per second, with 503, by what was exhausted.',
      unit: 'reqps',
      width: 6,
      runbook: 'RequestsRefused',
      queries: allAndBy('http_requests_refused_total', RAW, 'reason'),
    },
    {
      kind: 'timeseries',
      title: 'Log Lines Dropped',
      description: 'Per second, because what reads the output of the service is too slow.',
      unit: 'ops',
      width: 6,
      runbook: 'LogLinesDropped',
      queries: allAndBy('log_lines_dropped_total', RAW, 'instance'),
    },
  ],
};
