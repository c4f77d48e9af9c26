import { JOB, observations, sum, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';
import { busy } from './shares';

const FAILURES = 'db_pool_acquire_failures_total';
const ATTEMPTS = 'db_pool_acquire_seconds';
const failing = (window: string) => `${sumRate(FAILURES, window)}\n  / (${observations(ATTEMPTS, window)} > 0) > 0.5`;
/**
 * Between the last two samples, statements have run and no attempt has failed. After a failover, the failures of a storm of
 * retries outnumber the attempts of the whole minute.
 */
const recovered = `unless on (${JOB}) (
    ${sum(`irate(${FAILURES}[1m])`)} == 0
    and on (${JOB}) ${sum('irate(db_queries_total[1m])')} > 0
  )`;

export const reachabilityAlerts: RuleGroup = {
  name: 'database-reachability',
  comment: `A minute, so that it pages within two; a hiccup of a minute is silent. With less than an attempt a minute, two
failures in three minutes. Without traffic nothing is refused.`,
  rules: [
    alert({
      alert: 'DatabaseUnreachable',
      expr: `(
  ${failing('1m')}
  ${recovered}
)
or (
  ${failing('3m')}
  and on (${JOB}) ${sum(`changes(${FAILURES}[3m])`)} > 1
  unless on (${JOB}) ${observations(ATTEMPTS, '1m')} > 0
)`,
      for: '1m',
      severity: 'critical',
      summary: '{{ $labels.job }} gets no connections to its database',
      description:
        `{{ $value | humanizePercentage }} of the attempts of ${HERE} to get a database connection fail: refused, timed ` +
        'out, or with a full queue (more than 50 % for more than a minute).',
    }),
  ],
};

export const poolAlerts: RuleGroup = {
  name: 'database-pool',
  comment: 'The fullest pool of a job counts: an idle instance does not make up for one that hangs.',
  rules: [
    alert({
      alert: 'DatabasePoolExhausted',
      expr: `count by (${JOB}) (
  db_pool_pending > 0
  and ignoring (state) (db_pool_connections{state="active"} >= ignoring (state) db_pool_max_connections)
)`,
      for: '2m',
      severity: 'critical',
      summary: '{{ $labels.job }} has no free database connection, and requests are waiting',
      description: `Pools of ${HERE} whose connections have all been in use for 2 minutes while callers waited: {{ $value }}.`,
    }),
    alert({
      alert: 'DatabasePoolSaturated',
      expr: 'namespace_job:db_pool_usage:max > 0.9',
      for: '10m',
      severity: 'warning',
      summary: 'A connection pool of {{ $labels.job }} is almost full',
      description:
        `{{ $value | humanizePercentage }} of the connections of a pool of ${HERE} are in use ` +
        '(more than 90 % for 10 minutes).',
    }),
    alert({
      alert: 'DatabasePoolAcquireSlow',
      expr: `namespace_job:db_pool_acquire_seconds:p95_rate5m > 0.1\n${busy(observations(ATTEMPTS, '5m'))}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.job }} waits long for database connections',
      description:
        `The 95th percentile of the time that ${HERE} waits for a connection is {{ $value | humanizeDuration }} ` +
        '(more than 100 ms for 10 minutes).',
    }),
  ],
};
