import type { AlertScenario, Timeline } from './scenario';
import { both, histogram, pool, statements, times, type Observations, type Workload } from './workload';

/** Well for 10 minutes, bad until two minutes after the alert, and observed until it has long been resolved. */
function timeline(delay: number, forMinutes: number, { onset = 10, afterwards = 15 } = {}): Timeline {
  const recovery = onset + delay + forMinutes + 2;
  return { onset, recovery, end: recovery + afterwards };
}

const selects = (perMinute: number, more: Partial<Parameters<typeof statements>[0][string]> = {}) =>
  statements({ SELECT: { perMinute, ...more } });

/** `quick` of a hundred in the first bucket, the rest up to the given bound. */
const spread = (perMinute: number, quick: number, bound: keyof Observations): Observations => ({
  '0.05': (perMinute * quick) / 100,
  [bound]: (perMinute * (100 - quick)) / 100,
});

// 15 statements a minute are just above the traffic guard of 12; 12 are at it.
const QUIET = 15;
const GUARD = 12;
// Of so many a minute, a tenth, a twentieth and a hundredth give exactly 0.1, 0.05 and 0.01 in floating point.
const BOUNDARY = 100;

function slowRatio(
  alert: string,
  severity: string,
  forMinutes: number,
  ratio: { bad: number; boundary: number; percent: string; threshold: string },
): AlertScenario {
  return {
    alert,
    severity,
    forMinutes,
    delay: 3,
    timeline: timeline(3, forMinutes),
    well: selects(QUIET),
    bad: selects(QUIET, { slow: QUIET * ratio.bad }),
    boundary: selects(BOUNDARY, { slow: BOUNDARY * ratio.boundary }),
    lowTraffic: selects(GUARD, { slow: GUARD }),
    summary: (job) => `More than ${ratio.threshold} % of the queries of ${job} are slow`,
    description: (job, place) =>
      `${ratio.percent} of the queries of ${job}${place} took at least the slow-query threshold in the last 5 minutes ` +
      `(more than ${ratio.threshold} % for ${forMinutes} minutes).`,
  };
}

function p99(
  alert: string,
  severity: string,
  forMinutes: number,
  text: { summary: string; value: string; threshold: string },
  bounds: { upTo: keyof Observations; above: keyof Observations },
): AlertScenario {
  return {
    alert,
    severity,
    forMinutes,
    delay: 2,
    timeline: timeline(2, forMinutes),
    well: selects(QUIET, { durations: { '0.05': QUIET } }),
    bad: selects(QUIET, { durations: spread(QUIET, 98, bounds.above) }),
    boundary: selects(6000, { durations: { [bounds.upTo]: 5940, [bounds.above]: 60 } }),
    lowTraffic: selects(GUARD, { durations: { [bounds.above]: GUARD } }),
    summary: (job) => `One query of ${job} in a hundred takes more than ${text.summary}`,
    description: (job, place) =>
      `The 99th percentile of the query duration of ${job}${place} is ${text.value} ` +
      `(more than ${text.threshold} for ${forMinutes} minutes).`,
  };
}

function errorRatio(
  alert: string,
  severity: string,
  forMinutes: number,
  ratio: { bad: number; boundary: number; percent: string; threshold: string },
): AlertScenario {
  const ordinary = { unique: 3, constraint: 3, cancelled: 3, serialization: 3, deadlock: 3 };
  return {
    alert,
    severity,
    forMinutes,
    delay: 3,
    timeline: timeline(3, forMinutes),
    well: selects(QUIET),
    bad: selects(QUIET, { errors: { connection: (QUIET * ratio.bad) / 3, other: (QUIET * ratio.bad * 2) / 3 } }),
    boundary: selects(BOUNDARY, { errors: { connection: BOUNDARY * ratio.boundary } }),
    lowTraffic: selects(GUARD, { errors: { connection: GUARD } }),
    more: { 'ordinary-outcomes': { fires: false, workload: selects(QUIET, { errors: ordinary }) } },
    summary: (job) => `More than ${ratio.threshold} % of the queries of ${job} fail`,
    description: (job, place) =>
      `${ratio.percent} of the queries of ${job}${place} fail, ordinary outcomes not counted ` +
      `(more than ${ratio.threshold} % for ${forMinutes} minutes).`,
  };
}

/** A rate a second with two decimals, twice as high where there are two instances. */
const perSecond =
  (rate: number, digits = 2) =>
  (job: string) =>
    (job === 'two-instances' ? 2 * rate : rate).toFixed(digits);

/** A sum over instances, not a ratio. */
const TWICE_IS_SOONER = { 'two-instances': { delay: 1 } };

/** Three in every 5 minutes: exactly 0.01 a second, at any minute. */
const threeInFiveMinutes = (three: Workload, none: Workload) => ({
  phases: Array.from({ length: 20 }, (_, index) => ({
    from: Math.floor(index / 2) * 5 + (index % 2),
    workload: index % 2 === 0 ? three : none,
  })),
});

const timeoutRate = perSecond(0.015, 3);
const queryTimeouts: AlertScenario = {
  alert: 'QueryTimeouts',
  severity: 'critical',
  forMinutes: 5,
  delay: 3,
  timeline: timeline(3, 5),
  well: selects(QUIET),
  bad: selects(QUIET, { timeouts: 0.9 }),
  boundary: selects(QUIET, { timeouts: 0.6 }),
  lowTraffic: selects(0.5, { timeouts: 0.3 }),
  differently: {
    ...TWICE_IS_SOONER,
    boundary: { instances: [threeInFiveMinutes(selects(QUIET, { timeouts: 3 }), selects(QUIET, { timeouts: 0 }))] },
  },
  summary: (job) => `Queries of ${job} time out`,
  description: (job, place) =>
    `The database ends ${timeoutRate(job)} queries a second of ${job}${place} because they take too long ` +
    '(more than 0.01 a second for 5 minutes).',
};

const here = selects(QUIET);
const metricsNotReporting: AlertScenario = {
  alert: 'DatabaseMetricsNotReporting',
  severity: 'critical',
  forMinutes: 5,
  delay: 0,
  // Whoever never comes back is forgotten after an hour.
  timeline: { onset: 10, recovery: 17, end: 75 },
  well: here,
  bad: here,
  boundary: here,
  lowTraffic: times(0, here),
  differently: {
    fires: { instances: [gapIn(here)] },
    'two-instances': { instances: [gapIn(here), gapIn(here)] },
    'two-namespaces': {
      instances: [
        { ...gapIn(here), namespace: 'shop' },
        { namespace: 'staging', phases: [{ from: 0, workload: here }] },
      ],
    },
    vanished: {
      instances: [
        {
          phases: [
            { from: 0, workload: here },
            { from: 10, workload: 'gone' },
          ],
        },
      ],
    },
    // One of two instances is left.
    boundary: { instances: [{ phases: [{ from: 0, workload: here }] }, gapIn(here)] },
  },
  summary: (job) => `No instance of ${job} reports database metrics`,
  description: (job, place) =>
    `Not one instance of ${job}${place} has reported database metrics for 5 minutes, and within the last hour one did: ` +
    'it is down, or Prometheus cannot reach it.',
};

function gapIn(workload: Workload) {
  const phases = [
    { from: 0, workload },
    { from: 10, workload: 'gone' as const },
    { from: 17, workload },
  ];
  return { phases };
}

const selectLatency: AlertScenario = {
  alert: 'SelectQueryLatencyHigh',
  severity: 'warning',
  labels: { query_type: 'SELECT' },
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: selects(QUIET, { durations: { '0.05': QUIET } }),
  bad: selects(QUIET, { durations: { '0.25': QUIET * 0.9, '0.5': QUIET * 0.1 } }),
  boundary: selects(4800, { durations: { '0.25': 4500, '0.5': 300 } }),
  lowTraffic: statements({
    SELECT: { perMinute: GUARD, durations: { '0.5': GUARD } },
    INSERT: { perMinute: 600 },
  }),
  more: {
    'slow-writes': {
      fires: false,
      workload: statements({ SELECT: { perMinute: QUIET }, INSERT: { perMinute: QUIET, durations: { '1': QUIET } } }),
    },
  },
  summary: (job) => `Reads of ${job} are slow`,
  description: (job, place) =>
    `The 95th percentile of the duration of the SELECT statements of ${job}${place} is ${SELECT_P95} ` +
    '(more than 300 ms for 10 minutes).',
};

const writes = (perMinute: number, durations?: Observations) => {
  const half = (all?: Observations): Observations | undefined =>
    all && Object.fromEntries(Object.entries(all).map(([bound, count]) => [bound, count / 2]));
  const one = { perMinute: perMinute / 2, durations: half(durations) };
  return statements({ INSERT: one, UPDATE: one });
};
const writeLatency: AlertScenario = {
  alert: 'InsertUpdateQueryLatencyHigh',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: writes(QUIET, { '0.05': QUIET }),
  bad: writes(QUIET, { '0.5': QUIET * 0.92, '1': QUIET * 0.08 }),
  boundary: writes(4800, { '0.5': 4560, '1': 240 }),
  lowTraffic: both(writes(GUARD, { '1': GUARD }), selects(600)),
  more: {
    'slow-reads': {
      fires: false,
      workload: statements({
        INSERT: { perMinute: QUIET },
        UPDATE: { perMinute: QUIET },
        SELECT: { perMinute: QUIET, durations: { '1': QUIET } },
        DELETE: { perMinute: QUIET, durations: { '1': QUIET } },
      }),
    },
  },
  summary: (job) => `Writes of ${job} are slow`,
  description: (job, place) =>
    `The 95th percentile of the duration of the INSERT and UPDATE statements of ${job}${place} is ${WRITE_P95} ` +
    '(more than 500 ms for 10 minutes).',
};

// 10 (8) of 100 are beyond the last bound, and 5 of these 10 (3 of these 8) within the 95th percentile.
const SELECT_P95 = '375ms';
const WRITE_P95 = '687.5ms';

// 90 a minute are above the least of an hour ago, 60 a minute; that is compared with what was 45 to 75 minutes ago.
const usualRate = selects(90);
const HOUR_AGO = { onset: 90 };
const spikeRate = perSecond(3.75);
const rateSpike: AlertScenario = {
  alert: 'QueryRateSpike',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10, HOUR_AGO),
  well: usualRate,
  bad: selects(225),
  boundary: selects(180),
  lowTraffic: selects(600),
  differently: {
    boundary: { instances: [changingTo(usualRate, selects(180))] },
    'low-traffic': { instances: [changingTo(selects(60), selects(600))] },
    // With more traffic, the first minutes after its start, when there is little of a rate, would be pending.
    'two-namespaces': {
      instances: [
        { ...changingTo(usualRate, selects(225), usualRate), namespace: 'shop' },
        { phases: [{ from: 0, workload: usualRate }], namespace: 'staging' },
      ],
    },
  },
  summary: (job) => `${job} runs more than twice the queries of an hour ago`,
  description: (job, place) =>
    `${job}${place} runs ${spikeRate(job)} queries a second, more than twice the rate of an hour ago, for 10 minutes.`,
};

function changingTo(before: Workload, after: Workload, atLast?: Workload) {
  const phases = [
    { from: 0, workload: before },
    { from: 90, workload: after },
    ...(atLast ? [{ from: 105, workload: atLast }] : []),
  ];
  return { phases };
}

const rateDrop: AlertScenario = {
  alert: 'QueryRateDrop',
  severity: 'warning',
  forMinutes: 10,
  delay: 4,
  timeline: timeline(4, 10, { onset: 90, afterwards: 90 }),
  well: usualRate,
  bad: selects(36),
  boundary: selects(45),
  lowTraffic: selects(60),
  differently: {
    boundary: { instances: [changingTo(usualRate, selects(45))] },
    'low-traffic': { instances: [changingTo(selects(60), times(0, selects(60)))] },
    idle: { fires: true, delay: 2 },
    vanished: {
      delay: 3,
      instances: [
        {
          phases: [
            { from: 0, workload: usualRate },
            { from: 90, workload: 'gone' },
          ],
        },
      ],
    },
  },
  summary: (job) => `${job} runs less than half the queries of an hour ago`,
  description: (job, place) => {
    const rate = job === 'idle' || job === 'vanished' ? '0.00' : perSecond(0.6)(job);
    return `${job}${place} runs ${rate} queries a second, less than half the rate of an hour ago, for 10 minutes.`;
  },
};

const byTypeRate = perSecond(0.75);
const slowVolumeByType: AlertScenario = {
  alert: 'SlowQueryVolumeByType',
  severity: 'info',
  labels: { query_type: 'SELECT' },
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: selects(450),
  bad: selects(450, { slow: 45 }),
  boundary: selects(450, { slow: 30 }),
  lowTraffic: selects(15, { slow: 15 }),
  differently: TWICE_IS_SOONER,
  more: {
    'spread-over-types': {
      fires: false,
      workload: statements({ SELECT: { perMinute: 450, slow: 25 }, INSERT: { perMinute: 450, slow: 25 } }),
    },
  },
  summary: (job) => `${job} has many slow SELECT statements`,
  description: (job, place) =>
    `${job}${place} runs ${byTypeRate(job)} slow SELECT statements a second (more than 0.5 a second for 10 minutes).`,
};

const mixed = (select: number, insert: number) =>
  statements({ SELECT: { perMinute: select }, INSERT: { perMinute: insert } });
const unusualDistribution: AlertScenario = {
  alert: 'UnusualQueryDistribution',
  severity: 'info',
  labels: { query_type: 'SELECT' },
  forMinutes: 20,
  delay: 3,
  timeline: timeline(3, 20),
  well: mixed(45, 45),
  bad: mixed(81, 9),
  boundary: mixed(480, 120),
  lowTraffic: mixed(60, 0),
  summary: (job) => `Most queries of ${job} are SELECT`,
  description: (job, place) =>
    `90% of the queries of ${job}${place} are SELECT statements (more than 80 % for 20 minutes).`,
};

const slow = (select: number, insert: number) =>
  statements({ SELECT: { perMinute: 450, slow: select }, INSERT: { perMinute: 450, slow: insert } });
const volumeRate = perSecond(1.5);
const highSlowVolume: AlertScenario = {
  alert: 'HighSlowQueryVolume',
  severity: 'warning',
  forMinutes: 15,
  delay: 3,
  timeline: timeline(3, 15),
  well: slow(0, 0),
  bad: slow(45, 45),
  boundary: slow(30, 30),
  lowTraffic: selects(30, { slow: 30 }),
  differently: TWICE_IS_SOONER,
  summary: (job) => `${job} runs many slow queries`,
  description: (job, place) =>
    `${job}${place} runs ${volumeRate(job)} slow queries a second (more than 1 a second for 15 minutes).`,
};

const poolExhausted: AlertScenario = {
  alert: 'DatabasePoolExhausted',
  severity: 'critical',
  forMinutes: 2,
  delay: 0,
  timeline: timeline(0, 2),
  well: pool({ active: 2, max: 10 }),
  bad: pool({ active: 10, max: 10, pending: 1 }),
  boundary: pool({ active: 10, max: 10, pending: 0 }),
  lowTraffic: pool({ active: 9, max: 10, pending: 3 }),
  summary: (job) => `Requests of ${job} wait for a database connection, and none is free`,
  description: (job, place) =>
    `Pools of ${job}${place} in which every connection has been in use and callers have been waiting for 2 minutes: ` +
    `${job === 'two-instances' ? 2 : 1}.`,
};

const poolSaturated: AlertScenario = {
  alert: 'DatabasePoolSaturated',
  severity: 'warning',
  forMinutes: 10,
  delay: 0,
  timeline: timeline(0, 10),
  well: pool({ active: 2, max: 20 }),
  bad: pool({ active: 19, max: 20 }),
  boundary: pool({ active: 9, max: 10 }),
  lowTraffic: pool({ active: 1, max: 2 }),
  summary: (job) => `The connection pool of ${job} is nearly used up`,
  description: (job, place) =>
    `95% of the connections of a pool of ${job}${place} are in use (more than 90 % for 10 minutes).`,
};

const waits = (perMinute: number, durations: Observations = { '0.05': perMinute }): Workload => ({
  counters: histogram('db_pool_acquire_seconds', durations),
});
const poolAcquireSlow: AlertScenario = {
  alert: 'DatabasePoolAcquireSlow',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: waits(QUIET),
  bad: waits(QUIET, { '0.1': QUIET * 0.92, '0.25': QUIET * 0.08 }),
  boundary: waits(4800, { '0.1': 4560, '0.25': 240 }),
  lowTraffic: waits(GUARD, { '0.25': GUARD }),
  summary: (job) => `${job} waits long for database connections`,
  description: (job, place) =>
    `The 95th percentile of the wait of ${job}${place} for a connection is 156.2ms (more than 100 ms for 10 minutes).`,
};

const exhausted = (deadlock: number, serialization: number): Workload => ({
  counters: {
    'unit_of_work_retries_exhausted_total{reason="deadlock"}': deadlock,
    'unit_of_work_retries_exhausted_total{reason="serialization"}': serialization,
  },
});
const exhaustedRate = perSecond(0.015, 3);
const retriesExhausted: AlertScenario = {
  alert: 'DatabaseTransactionRetriesExhausted',
  severity: 'warning',
  forMinutes: 5,
  delay: 3,
  timeline: timeline(3, 5),
  well: exhausted(0, 0),
  bad: exhausted(0.3, 0.6),
  boundary: exhausted(0.6, 0),
  lowTraffic: exhausted(0.3, 0),
  differently: { ...TWICE_IS_SOONER, boundary: { instances: [threeInFiveMinutes(exhausted(3, 0), exhausted(0, 0))] } },
  summary: (job) => `${job} gives transactions up after their last retry`,
  description: (job, place) =>
    `${job}${place} gives ${exhaustedRate(job)} transactions a second up because they conflict with others again and ` +
    'again (more than 0.01 a second for 5 minutes).',
};

const idle = (perMinute: number, durations: Observations = { '0.05': perMinute }): Workload => ({
  counters: histogram('db_transaction_idle_seconds', durations),
});
const transactionIdle: AlertScenario = {
  alert: 'DatabaseTransactionIdleHigh',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: idle(QUIET),
  bad: idle(QUIET, { '1': QUIET * 0.92, '2.5': QUIET * 0.08 }),
  boundary: idle(4800, { '1': 4560, '2.5': 240 }),
  lowTraffic: idle(GUARD, { '2.5': GUARD }),
  summary: (job) => `Transactions of ${job} stand idle`,
  description: (job, place) =>
    `The 95th percentile of the time that a transaction of ${job}${place} spends without a statement running is 1.562s ` +
    '(more than 1 s for 10 minutes): it holds locks and a connection for nothing.',
};

/** Those of a service level: how many statements, and how many of them are bad. */
type BadShare = (perMinute: number, share: number) => Workload;
const late: BadShare = (perMinute, share) => ({
  counters: {
    'db_queries_total{query_type="SELECT"}': perMinute,
    ...keep(
      histogram('db_query_duration_seconds', spread(perMinute, 100 * (1 - share), '0.5'), 'query_type="SELECT"'),
      /le="0\.25"|_count/,
    ),
  },
});
const failed: BadShare = (perMinute, share) => ({
  counters: {
    'db_queries_total{query_type="SELECT"}': perMinute,
    'db_query_errors_total{query_type="SELECT",error_class="connection"}': perMinute * share,
    ...Object.fromEntries(
      ['unique', 'constraint', 'cancelled', 'serialization', 'deadlock'].map((name) => [
        `db_query_errors_total{query_type="SELECT",error_class="${name}"}`,
        perMinute / 8,
      ]),
    ),
  },
});

function keep(counters: Record<string, number>, pattern: RegExp): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([series]) => pattern.test(series)));
}

type Kind = 'Latency' | 'Error';
const LEVELS = { Latency: { share: late, budget: 0.01 }, Error: { share: failed, budget: 0.001 } } as const;

interface Burn {
  readonly window: string;
  /** How many times the budget is spent while it is bad, and what is still allowed. */
  readonly factor: number;
  readonly allowed: number;
  readonly delay: number;
  readonly timeline: Timeline;
  readonly history?: { readonly times: number; readonly until: number };
  /** How many times the budget is spent afterwards, still too fast, but no longer so fast that the alert goes on. */
  readonly halfWell?: number;
  /** What the long window has seen when the alert fires, as a multiple of the budget. */
  readonly seen: number;
}

function burn(kind: Kind, level: 'Critical' | 'Warning', one: Burn): AlertScenario {
  const { share, budget } = LEVELS[kind];
  const isPage = level === 'Critical';
  const forMinutes = isPage ? 2 : 15;
  const bad = one.factor * budget;
  // 15 bad statements when the condition becomes true, more than the 10 that it takes; 9 in all are too few.
  const perMinute = 15 / bad / (one.delay + 1);
  const well = share(perMinute, 0);
  const few = (9 / 15) * ((one.delay + 1) / (one.timeline.recovery - one.timeline.onset));
  return {
    ...burnTexts(kind, level, `${Number((100 * budget * one.seen).toPrecision(4))}%`),
    name: `Database${kind}BudgetBurn${level}, ${one.window}`,
    forMinutes,
    delay: one.delay,
    timeline: one.timeline,
    history: one.history && { workload: times(one.history.times, well), until: one.history.until },
    well,
    bad: share(perMinute, bad),
    // A thousandth below: differences of rates do not hit the threshold in floating point.
    boundary: share(1000, one.allowed * budget * 0.999),
    lowTraffic: times(few, well),
    differently: {
      'low-traffic': {
        instances: [
          {
            phases: [
              { from: 0, workload: times(few, well) },
              { from: one.timeline.onset, workload: times(few, share(perMinute, bad)) },
              { from: one.timeline.recovery, workload: times(few, well) },
            ],
          },
        ],
      },
    },
    more: one.halfWell
      ? {
          'half-well': {
            fires: true,
            workload: share(perMinute, bad),
            afterwards: share(perMinute, one.halfWell * budget),
          },
        }
      : {},
  };
}

/** Each of the two ways in which an alert fires, without the other. */
const overAnHour: Burn = {
  window: 'over an hour',
  factor: 20,
  allowed: 6,
  // 20 x 44 of 60 minutes are more than 14.4; the 6 hours before keep the longer window below 6.
  delay: 43,
  timeline: timeline(43, 2, { onset: 361 }),
  halfWell: 10,
  seen: (20 * 46) / 60,
};
const overSixHours: Burn = {
  window: 'over six hours',
  factor: 13,
  allowed: 6,
  delay: 7,
  // Long enough for the six hours to be bad still when the half hour is no longer.
  timeline: { onset: 10, recovery: 110, end: 170 },
  halfWell: 4.5,
  seen: (13 * 10) / (10 + 9),
};
const overADay: Burn = {
  window: 'over a day',
  factor: 30,
  allowed: 1,
  delay: 145,
  // More than a day before, there was so much traffic that three days together are below 1.
  history: { times: 100, until: 120 },
  timeline: timeline(145, 15, { onset: 1565, afterwards: 133 }),
  halfWell: 2,
  seen: (30 * 161) / 1440,
};
const overThreeDays: Burn = {
  window: 'over three days',
  factor: 2.9,
  allowed: 1,
  delay: 5,
  timeline: { onset: 10, recovery: 610, end: 1010 },
  halfWell: 0.75,
  seen: (2.9 * 21) / (21 + 9),
};

const queriesAndUp = (up: number, perMinute: number): Workload => ({ ...selects(perMinute), gauges: { 'up{}': up } });
const down: Workload = { ...queriesAndUp(0, 0), answers: false };
const scrapeDown: AlertScenario = {
  alert: 'DatabaseScrapeDown',
  severity: 'warning',
  forMinutes: 5,
  delay: 0,
  timeline: timeline(0, 5),
  well: queriesAndUp(1, QUIET),
  bad: down,
  // Down, but it never had database metrics.
  boundary: { counters: {}, gauges: { 'up{}': 0 } },
  lowTraffic: queriesAndUp(1, 0),
  summary: (job) => `Instances of ${job} do not answer Prometheus`,
  description: (job, place) =>
    `Instances of ${job}${place} that reported database metrics within the hour and have not answered for 5 minutes: ` +
    `${job === 'two-instances' ? 2 : 1}.`,
};

function burnTexts(kind: Kind, level: 'Critical' | 'Warning', percent: string) {
  const what = kind === 'Latency' ? 'take more than 250 ms' : 'fail';
  const objective = kind === 'Latency' ? '99 % within 250 ms' : '99.9 % without a failure';
  const isPage = level === 'Critical';
  return {
    alert: `Database${kind}BudgetBurn${level}`,
    severity: level.toLowerCase(),
    summary: (job: string) => `${job} spends its ${kind.toLowerCase()} budget${isPage ? ' fast' : ''}`,
    description: (job: string, place: string) =>
      `${percent} of the queries of ${job}${place} ${what} over the last ${isPage ? 'hour or six' : 'day or three'}: the ` +
      `budget of 30 days (${objective}) ${isPage ? 'is spent in 5 days or less' : 'will not last'}.`,
  };
}

/** One file of rule tests: how often its rules are evaluated, and what they are tested with. */
export interface ScenarioFile {
  readonly file: string;
  readonly evaluationMinutes: number;
  readonly scenarios: readonly AlertScenario[];
}

export const scenarioFiles: readonly ScenarioFile[] = [
  {
    file: 'prometheus-alerts-database-tests.yml',
    evaluationMinutes: 1,
    scenarios: [
      slowRatio('SlowQueryRateCritical', 'critical', 5, {
        bad: 0.15,
        boundary: 0.1,
        percent: '15%',
        threshold: '10',
      }),
      p99(
        'QueryLatencyP99Critical',
        'critical',
        5,
        { summary: 'a second', value: '1.75s', threshold: '1 s' },
        { upTo: '1', above: '2.5' },
      ),
      queryTimeouts,
      metricsNotReporting,
      slowRatio('SlowQueryRateWarning', 'warning', 10, {
        bad: 0.075,
        boundary: 0.05,
        percent: '7.5%',
        threshold: '5',
      }),
      p99(
        'QueryLatencyP99Warning',
        'warning',
        15,
        { summary: 'half a second', value: '750ms', threshold: '500 ms' },
        { upTo: '0.5', above: '1' },
      ),
      selectLatency,
      writeLatency,
      rateSpike,
      rateDrop,
      slowVolumeByType,
      unusualDistribution,
      highSlowVolume,
      errorRatio('DatabaseQueryErrorsCritical', 'critical', 5, {
        bad: 0.075,
        boundary: 0.05,
        percent: '7.5%',
        threshold: '5',
      }),
      errorRatio('DatabaseQueryErrorsWarning', 'warning', 10, {
        bad: 0.015,
        boundary: 0.01,
        percent: '1.5%',
        threshold: '1',
      }),
      poolExhausted,
      poolSaturated,
      poolAcquireSlow,
      retriesExhausted,
      transactionIdle,
      scrapeDown,
    ],
  },
  {
    file: 'prometheus-alerts-database-hours-tests.yml',
    evaluationMinutes: 1,
    scenarios: [
      burn('Latency', 'Critical', overAnHour),
      burn('Latency', 'Critical', overSixHours),
      burn('Error', 'Critical', overAnHour),
      burn('Error', 'Critical', overSixHours),
    ],
  },
  {
    file: 'prometheus-alerts-database-days-tests.yml',
    evaluationMinutes: 5,
    scenarios: [
      burn('Latency', 'Warning', overADay),
      burn('Latency', 'Warning', overThreeDays),
      burn('Error', 'Warning', overADay),
      burn('Error', 'Warning', overThreeDays),
    ],
  },
];
