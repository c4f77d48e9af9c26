import { percent, readObjectives, seconds } from '../../../../tools/monitoring/objectives';
import { changing, tableTest, type TableTest } from '../table';
import { gauges, gaugeTests as testsOfGauge, JOB, SAMPLING, type GaugeKind } from './gauges';

const { server } = readObjectives();
const gaugeTests = (kind: GaugeKind) => testsOfGauge({ ...kind, variable: 'server' });

const connections = (used: number, max = 100) =>
  gauges({ 'postgres_connections_used{}': used, 'postgres_connections_max{}': max });
const ids = (transactions: number, multixacts = 0) =>
  gauges({
    'postgres_transaction_ids_age{}': transactions * 2 ** 31,
    'postgres_transaction_ids_multixact_age{}': multixacts * 2 ** 31,
  });
const blocker = (age: number) => gauges({ 'postgres_locks_longest_blocker_seconds{}': age });
const idle = (age: number) => gauges({ 'postgres_transactions_longest_idle_seconds{}': age });
const open = (age: number, prepared = 0) =>
  gauges({
    'postgres_transactions_longest_seconds{}': age,
    'postgres_transactions_longest_prepared_seconds{}': prepared,
  });
const TABLE = '{schema="public",table="a"}';
const table = (unused: number, size: number, dead: number, live: number) =>
  gauges({
    [`postgres_table_bloat_unused_bytes${TABLE}`]: unused,
    [`postgres_table_bloat_size_bytes${TABLE}`]: size,
    [`postgres_table_dead_rows${TABLE}`]: dead,
    [`postgres_table_live_rows${TABLE}`]: live,
  });

const { warning, critical } = server.transactionIds;
const runsOut = (severity: 'critical' | 'warning', bad: number) => ({
  alert: `PostgresTransactionIds${severity === 'critical' ? 'Critical' : 'Warning'}`,
  severity,
  forMinutes: 15,
  healthy: ids(0.1),
  boundary: ids(server.transactionIds[severity], server.transactionIds[severity]),
  bad: ids(bad),
  alsoBad: { multixacts: ids(0.1, bad) },
  summary: `PostgreSQL (${JOB}) is running out of transaction ids`,
  description:
    `${100 * bad}% of the transaction ids of ${JOB} are in use (more than ${percent(server.transactionIds[severity])}). ` +
    'At 100 % the server accepts no more writes: vacuum does not keep up.',
});

export const postgresTests: readonly TableTest[] = [
  ...gaugeTests({
    alert: 'PostgresConnectionsNearLimit',
    severity: 'critical',
    forMinutes: 5,
    healthy: connections(50),
    boundary: connections(100 * server.connections),
    bad: connections(95),
    summary: `PostgreSQL (${JOB}) has almost no connections left`,
    description:
      `95% of the connections of ${JOB} are in use (more than ${percent(server.connections)} for 5 minutes). When all are, ` +
      'new ones are refused.',
  }),
  ...gaugeTests(runsOut('critical', critical + 0.25)),
  ...gaugeTests(runsOut('warning', warning + 0.125)),
  ...gaugeTests({
    alert: 'PostgresLockWait',
    severity: 'warning',
    forMinutes: 1,
    healthy: blocker(0),
    boundary: blocker(server.blocking),
    bad: blocker(server.blocking + 30),
    summary: `A transaction blocks others in PostgreSQL (${JOB})`,
    description:
      `Sessions of ${JOB} wait for the locks of a transaction that has been open for 1m 30s (more than ` +
      `${seconds(server.blocking)}).`,
  }),
  ...gaugeTests({
    alert: 'PostgresIdleInTransaction',
    severity: 'warning',
    forMinutes: 1,
    healthy: idle(1),
    boundary: idle(server.idleInTransaction),
    bad: idle(600),
    summary: `A session of PostgreSQL (${JOB}) is idle in a transaction`,
    description:
      `A session of ${JOB} has been idle in a transaction for 10m 0s (more than ${seconds(server.idleInTransaction)}). It ` +
      'keeps its locks, and vacuum cannot remove the rows that it might read.',
  }),
  ...gaugeTests({
    alert: 'PostgresTransactionLong',
    severity: 'warning',
    forMinutes: 5,
    healthy: open(30),
    boundary: open(server.transaction, server.transaction),
    bad: open(7200),
    alsoBad: { prepared: open(0, 7200) },
    summary: `A transaction of PostgreSQL (${JOB}) does not end`,
    description:
      `A transaction of ${JOB} has been open for 2h 0m 0s (more than ${seconds(server.transaction)}). Vacuum cannot remove ` +
      'the rows that it might read.',
  }),
  ...gaugeTests({
    alert: 'PostgresTableBloat',
    severity: 'info',
    forMinutes: 60,
    healthy: table(1e9, 10e9, 1e6, 100e6),
    boundary: table(5e9, 10e9, 3e6, 7e6),
    bad: table(6e9, 10e9, 0, 1),
    alsoBad: { 'dead-rows': table(0, 1, 2e6, 4e6) },
    summary: `Tables of PostgreSQL (${JOB}) are bloated`,
    description:
      `Tables of ${JOB} of which more than half, and more than a gigabyte, is unused, or more than 30 % of the rows, and ` +
      'more than a million, are dead: 1.',
  }),
  // Many dead rows of more live ones; a small table.
  tableTest({
    ...SAMPLING,
    alert: 'PostgresTableBloat',
    minutes: 90,
    jobs: {
      large: { instances: [changing({ 0: table(4e9, 10e9, 2e6, 8e6) })] },
      small: { instances: [changing({ 0: table(0.9e9, 1e9, 0.9e6, 1) })] },
      empty: { instances: [changing({ 0: table(0, 0, 0, 0) })] },
    },
  }),
];
