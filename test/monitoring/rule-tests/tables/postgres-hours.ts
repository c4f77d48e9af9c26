import { changing, ELSEWHERE, inOnePlace, tableTest, type TableJob, type TableTest } from '../table';
import type { Workload } from '../workload';
import { JOB } from './gauges';

/** Pages per second. */
const pages = (hit: number, read: number): Workload => ({
  counters: {
    'pg_stat_database_blks_hit{datname="a"}': 60 * hit,
    'pg_stat_database_blks_read{datname="a"}': 60 * read,
  },
});
/** Per hour. */
const checkpoints = (requested: number, timed: number): Workload => ({
  counters: {
    'postgres_checkpoints_requested_total{}': requested / 60,
    'postgres_checkpoints_timed_total{}': timed / 60,
  },
});

interface CounterKind {
  readonly alert: string;
  readonly minutes: number;
  readonly healthy: Workload;
  readonly bad: Workload;
  /** Not bad enough. */
  readonly silent: Readonly<Record<string, Workload>>;
  readonly fires: number;
  readonly ends: number;
  readonly within: number;
  /** As both of a job that always was. */
  readonly always: { readonly fires: number; readonly within: number };
  readonly summary: string;
  readonly description: string;
}

/** Bad from the tenth minute on, for two hours; and a job that always was, which has the texts. */
const counterTests = (kind: CounterKind): TableTest[] => {
  const { alert, minutes, healthy, bad, silent, fires, ends, within, always, summary, description } = kind;
  const becoming = changing({ 0: healthy, 10: bad, 130: healthy });
  const one = { fires, ends, within };
  const sampling = { sampleSeconds: 60, evaluationMinutes: 1 };
  const jobs: Record<string, TableJob> = {
    bad: { instances: [becoming], ...one },
    [`bad-${ELSEWHERE}`]: { instances: inOnePlace(becoming, changing({ 0: healthy })), ...one },
    healthy: { instances: [changing({ 0: healthy })] },
  };
  for (const [name, workload] of Object.entries(silent)) jobs[name] = { instances: [changing({ 0: workload })] };
  return [
    tableTest({ ...sampling, alert, minutes, jobs }),
    tableTest({
      ...sampling,
      alert,
      minutes: always.fires + 20,
      jobs: { [JOB]: { instances: [changing({ 0: bad })], ...always } },
      text: { job: JOB, severity: 'info', variable: 'server', summary, description },
    }),
  ];
};

/** In a file of tests with a sample a minute: what they look at takes hours. */
export const postgresHoursTests: readonly TableTest[] = [
  ...counterTests({
    alert: 'PostgresCacheHitRatioLow',
    minutes: 220,
    healthy: pages(20_000, 100),
    bad: pages(2_000, 2_000),
    silent: {
      'reads-little': pages(500, 960),
      'hits-most': pages(27_100, 2_900),
    },
    // Of the ten minutes, five and a half are bad.
    fires: 75.5,
    ends: 149.5,
    within: 2,
    always: { fires: 66, within: 2 },
    summary: `PostgreSQL (${JOB}) reads much that is not in its cache`,
    description:
      `50% of the pages that the queries of ${JOB} read were in shared_buffers (less than 90 % for an hour, with more than ` +
      '1000 reads per second).',
  }),
  ...counterTests({
    alert: 'PostgresCheckpointsRequested',
    minutes: 230,
    healthy: checkpoints(0, 12),
    bad: checkpoints(21, 0),
    silent: {
      few: checkpoints(5.4, 0),
      'timed-ones-are-more': checkpoints(10, 12),
      'as-many-timed-ones': checkpoints(12, 12),
    },
    // 17 minutes for more than six; in the end, 22 minutes have as many of both.
    fires: 42,
    ends: 183,
    within: 3,
    // An hour is over then.
    always: { fires: 46, within: 16 },
    summary: `The write-ahead log of PostgreSQL (${JOB}) is too small for what is written`,
    description:
      `21 checkpoints of ${JOB} in an hour came before checkpoint_timeout (more than 6, and more than the others): ` +
      'max_wal_size is too small. Each makes the next writes larger.',
  }),
];
