import { both, histogram, type Workload } from '../workload';
import { selects, spread } from '../scenarios/traffic';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableJob } from '../table';

interface Kind {
  readonly alert: string;
  readonly healthy: Workload;
  readonly bad: Workload;
  /** Minutes from the onset of ten bad minutes to the alert, and from their end to its end. */
  readonly fires: number;
  readonly ends: number;
  readonly within?: number;
  /** Three times, twice, three quarters of and three eighths of the threshold. */
  readonly levels?: Readonly<Record<'triple' | 'double' | 'below' | 'far', Workload>>;
  readonly more?: Readonly<Record<string, TableJob>>;
}

const ONSET = 10;
const HICCUPS = [15, 30, 60];

/** One level and another in turn, two minutes each. */
const alternating = (healthy: Workload, one: Workload, other: Workload) =>
  changing({
    0: healthy,
    ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [ONSET + 2 * index, index % 2 === 0 ? one : other])),
    [ONSET + 20]: healthy,
  });

/** The range of two minutes shows whether it is still happening: above half of the threshold. */
const uneven = (healthy: Workload, { triple, double, below, far }: NonNullable<Kind['levels']>) => ({
  'more-and-less': { instances: [alternating(healthy, double, below)], fires: 18, within: 2.5 },
  'comes-and-goes': { instances: [alternating(healthy, triple, far)] },
});

const hiccupTest = ({ alert, healthy, bad, fires, ends, within, levels, more = {} }: Kind) => {
  const tenMinutes = changing({ 0: healthy, [ONSET]: bad, [ONSET + 10]: healthy });
  const at = { fires: ONSET + fires, ends: ONSET + 10 + ends, within };
  return tableTest({
    alert,
    minutes: 50,
    sampleSeconds: 15,
    evaluationMinutes: 0.25,
    jobs: {
      ...Object.fromEntries(
        HICCUPS.map((seconds) => [
          `hiccup-of-${seconds}-s`,
          { instances: [changing({ 0: healthy, [ONSET]: bad, [ONSET + seconds / 60]: healthy })] },
        ]),
      ),
      'ten-minutes': { instances: [tenMinutes], ...at },
      [`ten-minutes-${ELSEWHERE}`]: { instances: inOnePlace(tenMinutes, changing({ 0: healthy })), ...at },
      ...(levels ? uneven(healthy, levels) : {}),
      ...more,
    },
  });
};

const BUSY = 600;
const attempts = (perMinute: number, failed: number): Workload => ({
  counters: {
    ...histogram('db_pool_acquire_seconds', { '0.05': perMinute }),
    'db_pool_acquire_failures_total{reason="refused"}': failed,
    'db_pool_acquire_failures_total{reason="timeout"}': 0,
  },
});
/** An attempt from time to time. All fail from the tenth to the twentieth minute, or some of four. */
const attemptEvery = (minutes: number, failed = 4) =>
  changing(
    Object.fromEntries(
      Array.from({ length: 50 / minutes }, (_, index) => minutes * index).flatMap((minute) => [
        [minute, attempts(4, minute >= 10 && minute < 20 ? failed : 0)],
        [minute + 0.25, attempts(0, 0)],
      ]),
    ),
  );
/** Some minutes have none. */
const rarely = attemptEvery(1.25);
const reachable = attempts(BUSY, 0);
const always = changing({ 0: reachable });
/** Minutes from the onset and the end: half a minute of two is left for the page itself, and for what falls between two scrapes. */
const UNREACHABLE = { fires: 1.25, ends: 5.25, within: 0.25 };
/** From the second failure on. */
const RARELY = { fires: 12.25, ends: 25 };
/** Some of four attempts fail. */
const partly = attemptEvery(1.25, 1.5);
const querying = (perMinute: number, attempted: Workload) => both(selects(perMinute), attempted);
const exhausted = (perMinute: number): Workload => ({
  counters: { 'unit_of_work_retries_exhausted_total{reason="deadlock"}': perMinute },
});

const refused = (perMinute: number): Workload => ({
  counters: { 'http_requests_refused_total{reason="in_progress"}': perMinute },
});

/** Slower than the objective; none is slow for the service. */
const slow = (share: number) => selects(BUSY, { slow: 0, durations: spread(BUSY, 100 * (1 - share), '0.5') });
const withoutBucket: Workload = {
  counters: Object.fromEntries(Object.entries(slow(0).counters).filter(([series]) => !series.includes('le="0.25"'))),
};
/** As the service itself counts them, where there is no bucket of the objective: the share is exact in floating point. */
const slowOf100 = (perMinute: number) => selects(100, { slow: perMinute });
const failed = (share: number) => selects(BUSY, { errors: { connection: BUSY * share } });
const timedOut = (perSecond: number) => selects(BUSY, { timeouts: 60 * perSecond });
/** Five of a hundred statements take this long. */
const late = (bound: '0.5' | '1' | '2.5') =>
  selects(BUSY, { durations: { '0.05': BUSY * 0.95, [bound]: BUSY * 0.05 } });

/** With one in a hundred above it, the 99th percentile is exactly half a second. */
const upToHalf = (above: number) => selects(6000, { durations: { '0.5': 6000 - above, '1': above } });

export const hiccupTests = [
  hiccupTest({
    alert: 'SlowQueryRateCritical',
    healthy: slow(0),
    bad: slow(1),
    levels: { triple: slow(0.3), double: slow(0.2), below: slow(0.075), far: slow(0.0375) },
    fires: 5.5,
    ends: 6.5,
    more: {
      // Over five minutes it stays above the threshold for longer than `for`, over two it is exactly at half of it.
      'half-of-the-threshold-afterwards': {
        instances: [changing({ 0: slowOf100(0), 10: slowOf100(30), 14: slowOf100(5), 30: slowOf100(0) })],
      },
      // While a deploy adds the bucket of the objective: what has none is not late.
      'without-the-bucket-in-some': { instances: [changing({ 0: slow(0) }), changing({ 0: withoutBucket })] },
    },
  }),
  hiccupTest({
    alert: 'QueryLatencyP99Critical',
    healthy: selects(BUSY, { durations: { '0.05': BUSY } }),
    bad: selects(BUSY, { durations: { '2.5': BUSY } }),
    levels: { triple: late('2.5'), double: late('2.5'), below: late('1'), far: late('0.5') },
    fires: 5,
    ends: 6.5,
    more: {
      'half-of-the-threshold-afterwards': {
        instances: [
          changing({
            0: upToHalf(0),
            10: selects(6000, { durations: { '2.5': 6000 } }),
            12: upToHalf(60),
            30: upToHalf(0),
          }),
        ],
      },
    },
  }),
  hiccupTest({
    alert: 'QueryTimeouts',
    healthy: selects(BUSY, { timeouts: 0 }),
    bad: selects(BUSY, { timeouts: BUSY }),
    levels: { triple: timedOut(0.03), double: timedOut(0.02), below: timedOut(0.0075), far: timedOut(0.00375) },
    fires: 5,
    ends: 6.5,
  }),
  hiccupTest({
    alert: 'DatabaseQueryErrorsCritical',
    healthy: selects(BUSY, { errors: { connection: 0 } }),
    bad: selects(BUSY, { errors: { connection: BUSY } }),
    levels: { triple: failed(0.15), double: failed(0.1), below: failed(0.0375), far: failed(0.01875) },
    fires: 5.25,
    ends: 6.5,
    more: {
      // The database is unreachable for one of them only, which stays in the load balancer.
      'half-of-the-instances': {
        instances: [changing({ 0: failed(0) }), changing({ 0: failed(0), 10: failed(1), 20: failed(0) })],
        fires: 15.5,
        ends: 26.5,
      },
    },
  }),
  hiccupTest({
    alert: 'DatabaseTransactionRetriesExhausted',
    healthy: exhausted(0),
    bad: exhausted(BUSY),
    levels: { triple: exhausted(1.8), double: exhausted(1.2), below: exhausted(0.45), far: exhausted(0.225) },
    fires: 5,
    ends: 16.5,
  }),
  hiccupTest({
    alert: 'RequestsRefused',
    healthy: refused(0),
    bad: refused(BUSY),
    levels: { triple: refused(180), double: refused(120), below: refused(45), far: refused(22.5) },
    fires: 5.5,
    ends: 16.5,
  }),
  hiccupTest({
    alert: 'DatabaseUnreachable',
    healthy: reachable,
    bad: attempts(BUSY, BUSY),
    ...UNREACHABLE,
    more: {
      // Clients try again while it lasts.
      'a-failover-with-twice-the-attempts': {
        instances: [changing({ 0: reachable, 10: attempts(2 * BUSY, 2 * BUSY), 10.75: reachable })],
      },
      // However often.
      'a-failover-with-ten-times-the-attempts': {
        instances: [
          changing({
            0: querying(BUSY, reachable),
            10: querying(0, attempts(10 * BUSY, 10 * BUSY)),
            10.75: querying(BUSY, reachable),
          }),
        ],
      },
      // Meanwhile others get theirs.
      'most-of-the-attempts': {
        instances: [
          changing({
            0: querying(BUSY, reachable),
            10: querying(BUSY, attempts(BUSY, 0.75 * BUSY)),
            20: querying(BUSY, reachable),
          }),
        ],
        fires: 11.5,
        ends: 25.25,
        within: 0.5,
      },
      'an-attempt-every-75-s-of-which-some-fail': { instances: [partly] },
      'an-attempt-every-75-s': { instances: [rarely], ...RARELY },
      [`an-attempt-every-75-s-${ELSEWHERE}`]: { instances: inOnePlace(rarely, always), ...RARELY },
      'an-attempt-every-4-minutes': { instances: [attemptEvery(4)] },
      'half-of-the-attempts': {
        instances: [changing({ 0: attempts(BUSY, 0), 10: attempts(BUSY, BUSY / 2), 20: attempts(BUSY, 0) })],
      },
      'a-burst-of-14': { instances: [changing({ 0: attempts(0, 0), 10: attempts(56, 56), 10.25: attempts(0, 0) })] },
    },
  }),
];
