import type { Workload } from '../workload';
import { histogram } from '../workload';
import { selects } from '../scenarios/traffic';
import { changing, ELSEWHERE, inOnePlace, tableTest } from '../table';

const SAMPLING = { sampleSeconds: 15, evaluationMinutes: 0.25 } as const;

const gauge = (series: string, value: number): Workload => ({ counters: {}, gauges: { [series]: value } });
const up = (value: number, perMinute = 60): Workload => ({ ...selects(perMinute), gauges: { 'up{}': value } });
const down: Workload = { ...up(0), isScrapable: false };
const stranger = (value: number) => gauge('up{}', value);

/** Every second scrape fails, from one minute to another. */
const everySecond = (from: number, to: number) =>
  Object.fromEntries(
    Array.from({ length: (to - from) * 4 }, (_, index) => [from + index / 4, index % 2 === 0 ? down : up(1)]),
  );

// Three of four scrapes fail from 75 s on; then for 5 minutes.
const scrape = changing({ 0: up(1), 10: down, 20: up(1) });
const DOWN = { fires: 16.25, ends: 36.5 };
export const scrapeDownTest = tableTest({
  ...SAMPLING,
  alert: 'DatabaseScrapeDown',
  minutes: 60,
  jobs: {
    down: { instances: [scrape], ...DOWN },
    'two-instances': { instances: [scrape, scrape], ...DOWN },
    [`down-${ELSEWHERE}`]: { instances: inOnePlace(scrape, changing({ 0: up(1) })), ...DOWN },
    'every-second-scrape': {
      instances: [changing({ 0: up(1), ...everySecond(10, 30), 30: up(1) })],
      fires: 17.5,
      ends: 45.75,
      within: 1,
    },
    'one-of-two': {
      instances: [changing({ 0: up(1) }), changing({ 5: stranger(0), 15: up(1) })],
      fires: 10,
      ends: 31.5,
    },
    'a-minute': { instances: [changing({ 0: up(1), 10: down, 11: up(1) })] },
    // It is over before the alert would come.
    'three-minutes': { instances: [changing({ 0: up(1), 10: down, 13: up(1) })] },
    'one-in-four': {
      instances: [
        changing({
          0: up(1),
          ...Object.fromEntries(
            [10, 11, 12, 13, 14, 15, 16, 17, 18, 19].flatMap((minute) => [
              [minute, down],
              [minute + 0.25, up(1)],
            ]),
          ),
        }),
      ],
    },
    // What is no longer a target is not down.
    'a-lost-node': { instances: [changing({ 0: up(1), 10: down, 15: 'gone' }), changing({ 0: up(1) })] },
    'gone-after-a-failure': { instances: [changing({ 0: up(1), 10: down, 10.5: 'gone' }), changing({ 0: up(1) })] },
    'without-a-database': { instances: [changing({ 0: stranger(0) })] },
  },
});

const never = changing({ 5: stranger(0), 30: stranger(1) });
const NEVER = { fires: 20, ends: 45 };
export const neverUpTest = tableTest({
  ...SAMPLING,
  alert: 'TargetNeverUp',
  minutes: 60,
  jobs: {
    never: { instances: [never], ...NEVER },
    'two-instances': { instances: [never, never], ...NEVER },
    [`never-${ELSEWHERE}`]: { instances: inOnePlace(never, changing({ 0: stranger(1) })), ...NEVER },
    'one-of-two': { instances: [changing({ 0: stranger(1) }), never], ...NEVER },
    'down-after-it-was-up': { instances: [changing({ 0: stranger(1), 5: stranger(0) })] },
    gone: { instances: [changing({ 5: stranger(0), 15: 'gone' })] },
    'slow-to-start': { instances: [changing({ 5: stranger(0), 15: stranger(1) })] },
  },
  text: undefined,
});

/** A process that starts at these minutes. */
const starting = (...minutes: readonly number[]) => ({
  phases: minutes.map((from, index) => ({ from, workload: up(1), restarts: index > 0 })),
});
const startTimes = (...minutes: readonly number[]) =>
  changing(
    Object.fromEntries(
      minutes.map((minute) => [
        minute,
        {
          counters: { 'db_queries_total{query_type="SELECT"}': 0 },
          gauges: { 'process_start_time_seconds{}': minute + 1 },
        },
      ]),
    ),
  );
const looping = starting(0, 20, 24, 28);
const LOOP = { fires: 28, ends: 50 };
export const crashLoopTest = tableTest({
  ...SAMPLING,
  alert: 'ServiceCrashLooping',
  minutes: 70,
  jobs: {
    looping: { instances: [looping], ...LOOP },
    'two-instances': { instances: [looping, looping], ...LOOP },
    [`looping-${ELSEWHERE}`]: { instances: inOnePlace(looping, starting(0)), ...LOOP },
    // An idle service has no counters that could be reset.
    idle: { instances: [startTimes(0, 20, 24, 28)], ...LOOP },
    'two-starts': { instances: [starting(0, 20, 24)] },
    'three-instances-restarted-once': { instances: [starting(0, 20), starting(0, 22), starting(0, 24)] },
    'another-program': {
      instances: [
        changing(
          Object.fromEntries(
            [0, 20, 24, 28].map((minute) => [minute, gauge('process_start_time_seconds{}', minute + 1)]),
          ),
        ),
      ],
    },
  },
});

const buckets = (...bounds: readonly string[]): Workload => {
  const all = histogram('db_query_duration_seconds', { '0.05': 60 }, 'query_type="SELECT"');
  const kept = Object.entries(all).filter(([series]) => bounds.some((bound) => series.includes(`le="${bound}"`)));
  return { counters: { ...selects(60).counters, ...Object.fromEntries(kept) } };
};
const without = changing({ 0: buckets('0.1', '0.5') });
/** From the second sample on. */
const MISSING = { fires: 15.25 };
const replaced = [changing({ 0: buckets('0.1', '0.5'), 40: 'gone' }), changing({ 40: buckets('0.1', '0.25') })];
export const bucketMissingTest = tableTest({
  ...SAMPLING,
  alert: 'LatencyBucketMissing',
  minutes: 80,
  jobs: {
    // For five minutes, what is gone counts.
    replaced: { instances: replaced, ...MISSING, ends: 59.75, within: 1 },
    'one-of-two': { instances: [changing({ 0: buckets('0.1', '0.25') }), without], ...MISSING },
    'rolling-deploy': {
      instances: Array.from({ length: 12 }, (_, index) =>
        changing({ [5 * index]: buckets('0.1', '0.25'), [5 * index + 10]: 'gone' }),
      ),
    },
    'two-instances': { instances: [without, without], ...MISSING },
    [`without-${ELSEWHERE}`]: { instances: inOnePlace(without, changing({ 0: buckets('0.25') })), ...MISSING },
    with: { instances: [changing({ 0: buckets('0.1', '0.25') })] },
    native: { instances: [changing({ 0: { ...selects(60), gauges: { 'db_query_duration_seconds{}': 1 } } })] },
    idle: { instances: [changing({ 0: selects(0) })] },
    'other-metrics': { instances: [changing({ 0: stranger(1) })] },
  },
});

const failing = (perMinute: number): Workload => ({
  counters: { 'db_query_timing_internal_errors_total{part="sink"}': perMinute },
});
const internal = changing({ 0: failing(0), 10: failing(4), 10.25: failing(0) });
const INTERNAL = { fires: 15, ends: 85 };
export const internalErrorsTest = tableTest({
  ...SAMPLING,
  alert: 'QueryTimingInternalErrors',
  minutes: 120,
  jobs: {
    internal: { instances: [internal], ...INTERNAL },
    [`internal-${ELSEWHERE}`]: { instances: inOnePlace(internal, changing({ 0: failing(0) })), ...INTERNAL },
    healthy: { instances: [changing({ 0: failing(0) })] },
  },
});

const silent = changing({ 0: selects(60), 10: 'gone', 20: selects(60) });
const SILENT = { fires: 15, ends: 25 };
const DAY = 1440;
const restarted = changing({ 0: up(1), 10: down, [DAY + 130]: up(1) });
/** For 26 hours: it stays until the targets are up again. */
export const downForDaysTest = tableTest({
  sampleSeconds: 60,
  evaluationMinutes: 5,
  alert: 'DatabaseMetricsNotReporting',
  minutes: 2 * DAY + 60,
  jobs: {
    'down-for-26-hours': { instances: [restarted], fires: 15, ends: DAY + 135, staysAt: [DAY + 30, DAY + 120] },
    // When it is no longer a target, it is forgotten after a day.
    'down-and-removed': {
      instances: [changing({ 0: up(1), 10: down, 300: 'gone' })],
      fires: 15,
      ends: DAY + 305,
    },
    // It does something else now.
    'up-without-a-database': {
      instances: [changing({ 0: up(1), 10: { ...up(1), isScrapable: false } })],
      fires: 15,
      ends: DAY + 15,
    },
    'never-had-a-database': { instances: [changing({ 0: stranger(0) })] },
    [`down-${ELSEWHERE}`]: {
      instances: inOnePlace(restarted, changing({ 0: up(1) })),
      fires: 15,
      ends: DAY + 135,
      staysAt: [DAY + 120],
    },
    healthy: { instances: [changing({ 0: up(1) })] },
  },
});

/** All jobs are gone: after a day, the alert has no job. */
export const allGoneTest = {
  name: 'DatabaseMetricsNotReporting, no job reports any more',
  interval: '60s',
  input_series: [{ series: 'db_queries_total{job="gone",query_type="SELECT"}', values: '0+60x10 stale' }],
  promql_expr_test: [
    { minute: DAY + 5, firing: '{job="gone"}' },
    { minute: DAY + 30, firing: '{}' },
  ].map(({ minute, firing }) => ({
    expr: 'count by (job) (ALERTS{alertname="DatabaseMetricsNotReporting", alertstate="firing"})',
    eval_time: `${minute}m`,
    exp_samples: [{ labels: firing, value: 1 }],
  })),
  alert_rule_test: [],
};

export const notReportingTest = tableTest({
  ...SAMPLING,
  alert: 'DatabaseMetricsNotReporting',
  minutes: 40,
  jobs: {
    silent: { instances: [silent], ...SILENT },
    [`silent-${ELSEWHERE}`]: { instances: inOnePlace(silent, changing({ 0: selects(60) })), ...SILENT },
    // As when Prometheus itself does not run.
    'three-minutes': { instances: [changing({ 0: selects(60), 10: 'gone', 13: selects(60) })] },
  },
});
