import { percent, readObjectives, seconds } from '../../objectives';
import { JOB, sumRate } from '../promql';
import { alert as alertOf, HERE, record, type AlertDescription, type RuleGroup } from '../rule';

const { server } = readObjectives();
const INSTANCE = `${JOB}, instance`;
const alert = (description: AlertDescription) => alertOf({ ...description, variable: 'server' });

const most = (expr: string) => `max by (${JOB}) (${expr})`;
/** The same of several metrics. */
const mostOf = (metrics: readonly string[], test: string) => metrics.map((one) => `${most(one)} ${test}`).join('\nor ');

/** Two billion: the server stops a little before. */
const IDS = 2 ** 31;
const transactionIds = (threshold: number) =>
  mostOf(
    [`postgres_transaction_ids_age / ${IDS}`, `postgres_transaction_ids_multixact_age / ${IDS}`],
    `> ${threshold}`,
  );

const [HITS, READS] = [sumRate('pg_stat_database_blks_hit', '10m'), sumRate('pg_stat_database_blks_read', '10m')];
const CACHE = { hits: 0.9, readsPerSecond: 1_000 };
const checkpoints = (cause: 'requested' | 'timed') =>
  `sum by (${JOB}) (increase(postgres_checkpoints_${cause}_total[1h]))`;
const REQUESTED = 6;

const STANDBYS = 'namespace_job:postgres_replication_standbys:sum';

/** Reports all that the alerts need. */
const REPORTING = `pg_up == 1
    and on (${INSTANCE}) pg_exporter_last_scrape_error == 0
    and on (${INSTANCE}) postgres_connections_used
    and on (${INSTANCE}) pg_stat_database_deadlocks`;

export const postgresRecordings: RuleGroup = {
  name: 'postgres-recordings',
  comment: 'Of all servers of a job: after a failover another one has the standbys.',
  rules: [record(STANDBYS, `sum by (${JOB}) (postgres_replication_standbys)`)],
};

export const postgresAlerts: RuleGroup = {
  name: 'postgres',
  comment: `PostgreSQL itself, from prometheus-postgres-exporter with the queries of postgres-exporter/queries.yml. Only what
leads to an outage that no other alert announces is a page. The others are causes: look at them when the service pages.`,
  rules: [
    alert({
      alert: 'PostgresConnectionsNearLimit',
      expr: `${most('postgres_connections_used / postgres_connections_max')} > ${server.connections}`,
      for: '5m',
      severity: 'critical',
      summary: 'PostgreSQL ({{ $labels.job }}) has almost no connections left',
      description:
        `{{ $value | humanizePercentage }} of the connections of ${HERE} are in use (more than ` +
        `${percent(server.connections)} for 5 minutes). When all are, new ones are refused.`,
    }),
    ...(['critical', 'warning'] as const).map((severity) =>
      alert({
        alert: `PostgresTransactionIds${severity === 'critical' ? 'Critical' : 'Warning'}`,
        expr: transactionIds(server.transactionIds[severity]),
        for: '15m',
        severity,
        summary: 'PostgreSQL ({{ $labels.job }}) is running out of transaction ids',
        description:
          `{{ $value | humanizePercentage }} of the transaction ids of ${HERE} are in use (more than ` +
          `${percent(server.transactionIds[severity])}). At 100 % the server accepts no more writes: vacuum does not keep up.`,
      }),
    ),
    alert({
      alert: 'PostgresLockWait',
      expr: `${most('postgres_locks_longest_blocker_seconds')} > ${server.blocking}`,
      for: '1m',
      severity: 'warning',
      summary: 'A transaction blocks others in PostgreSQL ({{ $labels.job }})',
      description:
        `Sessions of ${HERE} wait for the locks of a transaction that has been open for {{ $value | humanizeDuration }} ` +
        `(more than ${seconds(server.blocking)}).`,
    }),
    alert({
      alert: 'PostgresDeadlocks',
      expr: `sum by (${JOB}) (increase(pg_stat_database_deadlocks[10m])) > ${server.deadlocks}`,
      severity: 'warning',
      summary: 'PostgreSQL ({{ $labels.job }}) ends deadlocks',
      description:
        `{{ printf "%.0f" $value }} deadlocks of ${HERE} in 10 minutes (more than ${server.deadlocks}): each has ended a ` +
        'transaction.',
    }),
    alert({
      alert: 'PostgresIdleInTransaction',
      expr: `${most('postgres_transactions_longest_idle_seconds')} > ${server.idleInTransaction}`,
      for: '1m',
      severity: 'warning',
      summary: 'A session of PostgreSQL ({{ $labels.job }}) is idle in a transaction',
      description:
        `A session of ${HERE} has been idle in a transaction for {{ $value | humanizeDuration }} (more than ` +
        `${seconds(server.idleInTransaction)}). It keeps its locks, and vacuum cannot remove the rows that it might read.`,
    }),
    alert({
      alert: 'PostgresTransactionLong',
      expr: mostOf(
        ['postgres_transactions_longest_seconds', 'postgres_transactions_longest_prepared_seconds'],
        `> ${server.transaction}`,
      ),
      for: '5m',
      severity: 'warning',
      summary: 'A transaction of PostgreSQL ({{ $labels.job }}) does not end',
      description:
        `A transaction of ${HERE} has been open for {{ $value | humanizeDuration }} (more than ` +
        `${seconds(server.transaction)}). Vacuum cannot remove the rows that it might read.`,
    }),
    // The lag that a standby measures says nothing when it is stuck: its position is compared with where the primary was.
    alert({
      alert: 'PostgresReplicationLag',
      expr: most(`
  postgres_standby_lag_bytes
  and postgres_standby_position_bytes
    < on (${INSTANCE}) group_left () (postgres_wal_position_bytes offset ${server.replicationLag}s)
`),
      for: '5m',
      severity: 'warning',
      summary: 'A standby of PostgreSQL ({{ $labels.job }}) lags',
      description:
        `A standby of ${HERE} has lagged by more than ${seconds(server.replicationLag)} for 5 minutes: ` +
        '{{ $value | humanize1024 }}B. What it has not received is lost if the primary is.',
    }),
    alert({
      alert: 'PostgresStandbyMissing',
      expr: `max_over_time(${STANDBYS}[1d]) - ${STANDBYS} > 0\nor ${most('postgres_replication_inactive_slots')} > 0`,
      for: '10m',
      severity: 'warning',
      summary: 'A standby of PostgreSQL ({{ $labels.job }}) is gone',
      description:
        `Standbys of ${HERE} that were connected within the last day or have a replication slot, and are not connected: ` +
        '{{ $value }}. For a slot, the primary keeps its log until the disk is full.',
    }),
    alert({
      alert: 'PostgresTableBloat',
      expr: `count by (${JOB}) (
  postgres_table_bloat_unused_bytes / postgres_table_bloat_size_bytes > 0.5
  and postgres_table_bloat_unused_bytes > 1000000000
)
or count by (${JOB}) (
  postgres_table_dead_rows / (postgres_table_live_rows + postgres_table_dead_rows) > 0.3
  and postgres_table_dead_rows > 1000000
)`,
      for: '1h',
      severity: 'info',
      summary: 'Tables of PostgreSQL ({{ $labels.job }}) are bloated',
      description:
        `Tables of ${HERE} of which more than half, and more than a gigabyte, is unused, or more than 30 % of the rows, and ` +
        'more than a million, are dead: {{ $value }}.',
    }),
    alert({
      alert: 'PostgresCacheHitRatioLow',
      expr: `${HITS}\n/ (${HITS} + ${READS}) < ${CACHE.hits}\nand on (${JOB}) ${READS} > ${CACHE.readsPerSecond}`,
      for: '1h',
      severity: 'info',
      summary: 'PostgreSQL ({{ $labels.job }}) reads much that is not in its cache',
      description:
        `{{ $value | humanizePercentage }} of the pages that the queries of ${HERE} read were in shared_buffers (less than ` +
        `${percent(CACHE.hits)} for an hour, with more than ${CACHE.readsPerSecond} reads per second).`,
    }),
    // A requested checkpoint resets the time of the next one: where the log is too small, there are no others.
    alert({
      alert: 'PostgresCheckpointsRequested',
      expr: `${checkpoints('requested')} > ${REQUESTED}\nand ${checkpoints('requested')} > ${checkpoints('timed')}`,
      for: '15m',
      severity: 'info',
      summary: 'The write-ahead log of PostgreSQL ({{ $labels.job }}) is too small for what is written',
      description:
        `{{ printf "%.0f" $value }} checkpoints of ${HERE} in an hour came before checkpoint_timeout (more than ${REQUESTED}, ` +
        'and more than the others): max_wal_size is too small. Each makes the next writes larger.',
    }),
    alert({
      alert: 'PostgresMetricsMissing',
      expr: `count by (${JOB}) (
  group by (${INSTANCE}) (last_over_time(pg_up[1d])) and on (${INSTANCE}) up
  unless on (${INSTANCE}) (
    ${REPORTING}
  )
)
or group by (${JOB}) (last_over_time(pg_up[1d])) unless on (${JOB}) group by (${JOB}) (pg_up)`,
      for: '5m',
      severity: 'warning',
      summary: 'Nothing is known of PostgreSQL ({{ $labels.job }})',
      description:
        `Exporters of ${HERE} that do not report all metrics of the server, although they did within the last day or have ` +
        'just been started: {{ $value }}. Alerts about the server may be missing.',
    }),
  ],
};
