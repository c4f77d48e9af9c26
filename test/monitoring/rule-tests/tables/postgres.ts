import { percent, readObjectives, seconds } from '../../../../tools/monitoring/objectives';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableJob, type TableTest } from '../table';
import type { Workload } from '../workload';

const { server } = readObjectives();
const SAMPLING = { sampleSeconds: 15, evaluationMinutes: 0.25 } as const;
const KEPT: Readonly<Record<string, number>> = { critical: 5, warning: 15, info: 15 };
const gauges = (values: Readonly<Record<string, number>>): Workload => ({ counters: {}, gauges: values });

interface Kind {
  readonly alert: string;
  readonly severity: string;
  readonly forMinutes: number;
  readonly healthy: Workload;
  readonly boundary: Workload;
  readonly bad: Workload;
  /** Further values that are bad. */
  readonly alsoBad?: Readonly<Record<string, Workload>>;
  readonly summary: string;
  readonly description: string;
}

const JOB = 'always';

/** Bad from the tenth minute on, for ten minutes longer than it takes; and a job that always was, which has the texts. */
function gaugeTests({
  alert,
  severity,
  forMinutes,
  healthy,
  boundary,
  bad,
  alsoBad = {},
  ...texts
}: Kind): TableTest[] {
  const until = 20 + forMinutes;
  const at = { fires: 10 + forMinutes, ends: until + KEPT[severity]! };
  const becoming = (one: Workload) => changing({ 0: healthy, 10: one, [until]: healthy });
  const steady = (one: Workload): TableJob => ({ instances: [changing({ 0: one })] });
  return [
    tableTest({
      ...SAMPLING,
      alert,
      minutes: until + 25,
      jobs: {
        bad: { instances: [becoming(bad)], ...at },
        'two-instances': { instances: [becoming(bad), becoming(bad)], ...at },
        'one-of-two': { instances: [changing({ 0: healthy }), becoming(bad)], ...at },
        [`bad-${ELSEWHERE}`]: { instances: inOnePlace(becoming(bad), changing({ 0: healthy })), ...at },
        ...Object.fromEntries(
          Object.entries(alsoBad).map(([name, one]) => [name, { instances: [becoming(one)], ...at }]),
        ),
        boundary: steady(boundary),
        healthy: steady(healthy),
        short: { instances: [changing({ 0: healthy, 10: bad, [9.5 + forMinutes]: healthy })] },
      },
    }),
    tableTest({
      ...SAMPLING,
      alert,
      minutes: forMinutes + 5,
      jobs: { [JOB]: { instances: [changing({ 0: bad })], fires: forMinutes, within: 0.5 } },
      text: { job: JOB, severity, variable: 'server', ...texts },
    }),
  ];
}

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
  boundary: ids(server.transactionIds[severity]),
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
