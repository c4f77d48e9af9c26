import { rate, SERVER } from './expressions';
import { percent, readObjectives, seconds } from '../objectives';
import type { AlertLine, DashboardRow, TableColumn } from './panel';

const { server } = readObjectives();
/** By server: a job may have several. */
const max = (metric: string, by = 'instance') => `max by (${by}) (${metric}{${SERVER}})`;
const sum = (metric: string) => `sum(${rate(metric, SERVER)})`;
const lines = (['warning', 'critical'] as const).map((severity): AlertLine => ({
  alert: `PostgresTransactionIds${severity === 'critical' ? 'Critical' : 'Warning'}`,
  severity,
  at: server.transactionIds[severity],
}));
const hits = sum('pg_stat_database_blks_hit');
const TABLE = 'schema, table';
const TABLE_COLUMNS: readonly TableColumn[] = [
  { name: 'schema', title: 'Schema', width: 110 },
  { name: 'table', title: 'Table' },
];

/** From prometheus-postgres-exporter, with the queries of postgres-exporter/queries.yml. */
export const serverRow: DashboardRow = {
  title: 'PostgreSQL server',
  panels: [
    {
      kind: 'timeseries',
      title: 'Connections of the Server',
      description: `Sessions of clients, and how many there may be. At ${percent(server.connections)} you are paged.`,
      unit: 'short',
      width: 8,
      runbook: 'PostgresConnectionsNearLimit',
      queries: [
        { legend: 'used {{instance}}', expr: max('postgres_connections_used') },
        { legend: 'max {{instance}}', expr: max('postgres_connections_max') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Sessions Waiting for a Lock',
      description: 'Of a row or a table. Waits for advisory locks are left out.',
      unit: 'short',
      width: 8,
      runbook: 'PostgresLockWait',
      queries: [{ legend: '{{instance}}', expr: max('postgres_locks_waiting') }],
    },
    {
      kind: 'timeseries',
      title: 'Longest Transactions',
      description:
        `While they are open: the longest that others wait for (an alert at ${seconds(server.blocking)}), the longest idle ` +
        `one (${seconds(server.idleInTransaction)}), the longest of all and the longest prepared one (${seconds(server.transaction)}).`,
      unit: 's',
      width: 8,
      runbook: 'PostgresIdleInTransaction',
      queries: [
        { legend: 'blocks others {{instance}}', expr: max('postgres_locks_longest_blocker_seconds') },
        { legend: 'idle {{instance}}', expr: max('postgres_transactions_longest_idle_seconds') },
        { legend: 'open {{instance}}', expr: max('postgres_transactions_longest_seconds') },
        { legend: 'prepared {{instance}}', expr: max('postgres_transactions_longest_prepared_seconds') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Deadlocks',
      description: `Per second. More than ${server.deadlocks} in ten minutes are an alert.`,
      unit: 'ops',
      width: 8,
      runbook: 'PostgresDeadlocks',
      queries: [{ legend: '{{datname}}', expr: `sum by (datname) (${rate('pg_stat_database_deadlocks', SERVER)})` }],
    },
    {
      kind: 'timeseries',
      title: 'Cache Hit Ratio',
      description: 'Share of the pages that were in shared_buffers. A fall shows that more data is read than fits.',
      unit: 'percentunit',
      max: 1,
      width: 8,
      runbook: 'PostgresCacheHitRatioLow',
      queries: [{ legend: 'hit', expr: `${hits} / (${hits} + ${sum('pg_stat_database_blks_read')} > 0)` }],
    },
    {
      kind: 'timeseries',
      title: 'Checkpoints',
      description:
        'Per second: `requested` ones come before checkpoint_timeout, because max_wal_size is too small for what is written, ' +
        'or because of a backup. `writing` is the share of the time in which a checkpoint writes.',
      unit: 'short',
      width: 8,
      runbook: 'PostgresCheckpointsRequested',
      queries: [
        { legend: 'timed', expr: sum('postgres_checkpoints_timed_total') },
        { legend: 'requested', expr: sum('postgres_checkpoints_requested_total') },
        { legend: 'writing', expr: sum('postgres_checkpoints_seconds_total') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Replication Lag',
      description:
        'The write-ahead log that each standby has not replayed, and the most that a replication slot keeps.',
      unit: 'bytes',
      width: 8,
      runbook: 'PostgresReplicationLag',
      queries: [
        { legend: '{{standby}} {{address}}', expr: max('postgres_standby_lag_bytes', 'standby, address') },
        { legend: 'kept by slots', expr: max('postgres_replication_retained_bytes', 'job') },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Standbys',
      description: 'Connected standbys, and replication slots without a connection.',
      unit: 'short',
      width: 8,
      runbook: 'PostgresStandbyMissing',
      queries: [
        { legend: 'connected', expr: `sum(postgres_replication_standbys{${SERVER}})` },
        { legend: 'slots without a connection', expr: `sum(postgres_replication_inactive_slots{${SERVER}})` },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Transaction Ids Used',
      description: 'Share of the ids since the oldest that is not frozen. At 100 % the server accepts no more writes.',
      unit: 'percentunit',
      width: 8,
      runbook: 'PostgresTransactionIdsCritical',
      lines,
      queries: [
        { legend: 'transactions', expr: `${max('postgres_transaction_ids_age', 'job')} / ${2 ** 31}` },
        {
          legend: 'multixacts',
          expr: `${max('postgres_transaction_ids_multixact_age', 'job')} / ${2 ** 31}`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Tables with Dead Rows',
      description: 'Versions of rows that vacuum has not removed, of the tables that have most of them.',
      unit: 'short',
      width: 12,
      runbook: 'PostgresTableBloat',
      columns: [
        ...TABLE_COLUMNS,
        { name: 'dead rows', title: 'Dead rows', width: 110 },
        { name: 'rows', title: 'Rows', width: 110 },
      ],
      sortBy: { title: 'Dead rows', desc: true },
      queries: [
        {
          legend: 'dead rows',
          instant: true,
          format: 'table',
          expr: `topk(20, ${max('postgres_table_dead_rows', TABLE)})`,
        },
        { legend: 'rows', instant: true, format: 'table', expr: max('postgres_table_live_rows', TABLE) },
      ],
    },
    {
      kind: 'table',
      title: 'Unused Space of Tables',
      description: 'An estimate from the statistics of ANALYZE, without indexes.',
      unit: 'bytes',
      width: 12,
      runbook: 'PostgresTableBloat',
      columns: [
        ...TABLE_COLUMNS,
        { name: 'unused', title: 'Unused', width: 110 },
        { name: 'size', title: 'Size', width: 110 },
      ],
      sortBy: { title: 'Unused', desc: true },
      queries: [
        {
          legend: 'unused',
          instant: true,
          format: 'table',
          expr: `topk(20, ${max('postgres_table_bloat_unused_bytes', TABLE)})`,
        },
        { legend: 'size', instant: true, format: 'table', expr: max('postgres_table_bloat_size_bytes', TABLE) },
      ],
    },
  ],
};
