import { readObjectives } from '../../../../tools/monitoring/objectives';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableTest } from '../table';
import type { Workload } from '../workload';

const { server } = readObjectives();
const SAMPLING = { sampleSeconds: 15, evaluationMinutes: 0.25 } as const;
const JOB = 'always';

const deadlocks = (perMinute: number): Workload => ({
  counters: { 'pg_stat_database_deadlocks{datname="app"}': perMinute },
});
const burst = changing({ 0: deadlocks(0), 10: deadlocks(60), 11: deadlocks(0) });
const BURST = { fires: 10.25, ends: 36, within: 0.75 };
const deadlocksTests = [
  tableTest({
    ...SAMPLING,
    alert: 'PostgresDeadlocks',
    minutes: 60,
    jobs: {
      burst: { instances: [burst], ...BURST },
      [`burst-${ELSEWHERE}`]: { instances: inOnePlace(burst, changing({ 0: deadlocks(0) })), ...BURST },
      'two-databases': {
        instances: [
          changing({
            0: {
              counters: {
                'pg_stat_database_deadlocks{datname="a"}': 0.08 * server.deadlocks,
                'pg_stat_database_deadlocks{datname="b"}': 0.08 * server.deadlocks,
              },
            },
          }),
        ],
        fires: 7,
        within: 2,
      },
      few: { instances: [changing({ 0: deadlocks(0.09 * server.deadlocks) })] },
      reset: {
        instances: [
          {
            phases: [
              { from: 0, workload: deadlocks(0.4) },
              { from: 20, workload: deadlocks(0.4), restarts: true },
            ],
          },
        ],
      },
    },
  }),
  tableTest({
    ...SAMPLING,
    alert: 'PostgresDeadlocks',
    minutes: 40,
    // The whole range of ten minutes has them when the text is looked at.
    jobs: { [JOB]: { instances: [changing({ 0: deadlocks(0), 20: deadlocks(4) })], fires: 22, within: 9.5 } },
    text: {
      job: JOB,
      severity: 'warning',
      variable: 'server',
      summary: `PostgreSQL (${JOB}) ends deadlocks`,
      description: `40 deadlocks of ${JOB} in 10 minutes (more than ${server.deadlocks}): each has ended a transaction.`,
    },
  }),
];

interface Positions {
  readonly primary: number;
  readonly standby: number;
}
const STANDBY = '{standby="b",address="10.0.0.2"}';
/** What both write and replay per minute. */
const replication = ({ primary, standby }: Positions): Workload => ({
  counters: { 'postgres_wal_position_bytes{}': primary, [`postgres_standby_position_bytes${STANDBY}`]: standby },
  gauges: { [`postgres_standby_lag_bytes${STANDBY}`]: 5 * 2 ** 20 },
});
const both = (rate: number) => replication({ primary: rate, standby: rate });
const [STUCK, CATCHING_UP] = [
  replication({ primary: 600, standby: 0 }),
  replication({ primary: 600, standby: 12_000 }),
];
const stuck = changing({ 0: both(600), 10: STUCK, 30: CATCHING_UP, 31.25: both(600) });
const LAG = { fires: 16, ends: 46, within: 1 };
const lagTests = [
  tableTest({
    ...SAMPLING,
    alert: 'PostgresReplicationLag',
    minutes: 60,
    jobs: {
      stuck: { instances: [stuck], ...LAG },
      [`stuck-${ELSEWHERE}`]: { instances: inOnePlace(stuck, changing({ 0: both(600) })), ...LAG },
      // It still lags when nothing more is written.
      'stuck-while-idle': { instances: [changing({ 0: both(600), 10: STUCK, 12: both(0) })], fires: 16, within: 1 },
      'two-minutes-late': { instances: [changing({ 0: STUCK, 2: both(600) })], fires: 6, within: 1.25 },
      'half-a-minute-late': { instances: [changing({ 0: STUCK, 0.5: both(600) })] },
      idle: { instances: [changing({ 0: both(600), 10: both(0) })] },
      'stuck-for-a-moment': { instances: [changing({ 0: both(600), 10: STUCK, 14: CATCHING_UP, 14.5: both(600) })] },
    },
  }),
  tableTest({
    ...SAMPLING,
    alert: 'PostgresReplicationLag',
    minutes: 15,
    jobs: { [JOB]: { instances: [changing({ 0: STUCK })], fires: 6, within: 1.25 } },
    text: {
      job: JOB,
      severity: 'warning',
      variable: 'server',
      summary: `A standby of PostgreSQL (${JOB}) lags`,
      description:
        `A standby of ${JOB} has lagged by more than 60 s for 5 minutes: 5MiB. What it has not received is lost if the ` +
        'primary is.',
    },
  }),
];

const standbys = (connected: number, inactive = 0): Workload => ({
  counters: {},
  gauges: { 'postgres_replication_standbys{}': connected, 'postgres_replication_inactive_slots{}': inactive },
});
const gone = changing({ 0: standbys(2), 10: standbys(1), 30: standbys(2) });
const GONE = { fires: 20, ends: 45 };
const missingTests = [
  tableTest({
    ...SAMPLING,
    alert: 'PostgresStandbyMissing',
    minutes: 60,
    jobs: {
      gone: { instances: [gone], ...GONE },
      [`gone-${ELSEWHERE}`]: { instances: inOnePlace(gone, changing({ 0: standbys(1) })), ...GONE },
      slot: { instances: [changing({ 0: standbys(0), 10: standbys(0, 1), 30: standbys(0) })], ...GONE },
      // The standby has become the primary, and the other way round.
      failover: {
        instances: [changing({ 0: standbys(1), 10: standbys(0) }), changing({ 0: standbys(0), 10: standbys(1) })],
      },
      'for-a-moment': { instances: [changing({ 0: standbys(1), 10: standbys(0), 15: standbys(1) })] },
      none: { instances: [changing({ 0: standbys(0) })] },
      more: { instances: [changing({ 0: standbys(0), 10: standbys(2) })] },
    },
  }),
];

const EXPORTED = {
  'up{}': 1,
  'pg_up{}': 1,
  'pg_exporter_last_scrape_error{}': 0,
  'postgres_connections_used{}': 10,
  'pg_stat_database_deadlocks{datname="app"}': 0,
} as const;
const exporting = (more: Readonly<Record<string, number | 'gone'>> = {}): Workload => ({
  counters: {},
  gauges: { ...EXPORTED, ...more },
});
const nothing = Object.fromEntries(Object.keys(EXPORTED).map((series) => [series, 'gone'] as const));
const DOWN = exporting({ ...nothing, 'up{}': 0 });
const failing = (bad: Workload) => changing({ 0: exporting(), 10: bad, 30: exporting() });
const MISSING = { fires: 15, ends: 45 };
const metricsTests = [
  tableTest({
    ...SAMPLING,
    alert: 'PostgresMetricsMissing',
    minutes: 60,
    jobs: {
      down: { instances: [failing(DOWN)], ...MISSING },
      [`down-${ELSEWHERE}`]: { instances: inOnePlace(failing(DOWN), changing({ 0: exporting() })), ...MISSING },
      'one-of-two': { instances: [changing({ 0: exporting() }), failing(DOWN)], ...MISSING },
      unreachable: { instances: [failing(exporting({ 'pg_up{}': 0 }))], ...MISSING },
      'never-reached': { instances: [changing({ 10: exporting({ 'pg_up{}': 0 }) })], fires: 15 },
      'a-query-fails': { instances: [failing(exporting({ 'pg_exporter_last_scrape_error{}': 1 }))], ...MISSING },
      'without-our-queries': { instances: [failing(exporting({ 'postgres_connections_used{}': 'gone' }))], ...MISSING },
      'without-databases': {
        instances: [failing(exporting({ 'pg_stat_database_deadlocks{datname="app"}': 'gone' }))],
        ...MISSING,
      },
      'no-exporter-left': { instances: [changing({ 0: exporting(), 10: 'gone', 30: exporting() })], ...MISSING },
      // Another pod, with another address.
      replaced: { instances: [changing({ 0: exporting(), 10: 'gone' }), changing({ 10: exporting() })] },
      'a-minute': { instances: [changing({ 0: exporting(), 10: DOWN, 11: exporting() })] },
      'another-program': { instances: [changing({ 0: { counters: {}, gauges: { 'up{}': 0 } } })] },
    },
  }),
  tableTest({
    ...SAMPLING,
    alert: 'PostgresMetricsMissing',
    minutes: 15,
    jobs: { [JOB]: { instances: [changing({ 0: exporting({ 'pg_up{}': 0 }) })], fires: 5, within: 0.5 } },
    text: {
      job: JOB,
      severity: 'warning',
      variable: 'server',
      summary: `Nothing is known of PostgreSQL (${JOB})`,
      description:
        `Exporters of ${JOB} that do not report all metrics of the server, although they did within the last day or have ` +
        'just been started: 1. Alerts about the server may be missing.',
    },
  }),
];

export const postgresExporterTests: readonly TableTest[] = [
  ...deadlocksTests,
  ...lagTests,
  ...missingTests,
  ...metricsTests,
];
