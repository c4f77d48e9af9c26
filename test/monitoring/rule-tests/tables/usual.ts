import type { Instance } from '../scenario';
import { mixed } from '../scenarios/slow-volumes';
import { selects } from '../scenarios/traffic';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableJob } from '../table';

const DAY = 1440;
const NOW = 7 * DAY;
const ONSET = NOW + 120;
const RECOVERY = NOW + 160;

/** Statements per minute: now, and four hours around the same time, a day and a week ago. Nothing between, to save time. */
interface Days {
  readonly now: number;
  readonly then?: number | 'gone';
  readonly afterwards?: number;
  readonly aDayAgo?: number;
  readonly aWeekAgo?: number;
}

function days({ now, then, afterwards, aDayAgo = now, aWeekAgo = now }: Days): Instance {
  return changing({
    0: selects(aWeekAgo),
    240: 'gone',
    [NOW - DAY]: selects(aDayAgo),
    [NOW - DAY + 240]: 'gone',
    [NOW]: selects(now),
    ...(then === undefined ? {} : { [ONSET]: then === 'gone' ? 'gone' : selects(then) }),
    ...(afterwards === undefined ? {} : { [RECOVERY]: selects(afterwards) }),
  });
}

/** Quiet nights, and mornings that begin at the same minute, with ten times the traffic. */
const officeDays = changing(
  Object.fromEntries(
    [0, NOW - DAY, NOW].flatMap((day) => [
      [day, selects(70)],
      [day + 120, selects(700)],
      ...(day < NOW ? [[day + 240, 'gone' as const]] : []),
    ]),
  ),
);
const healthy = days({ now: 900 });

const ordinary: Readonly<Record<string, TableJob>> = {
  'office-days': { instances: [officeDays] },
  'spike-a-week-ago': { instances: [days({ now: 90, aWeekAgo: 600 })] },
  'outage-a-week-ago': { instances: [days({ now: 300, aWeekAgo: 66 })] },
  'saturday-after-a-friday': { instances: [days({ now: 90, aDayAgo: 600 })] },
  'monday-after-a-sunday': { instances: [days({ now: 300, aDayAgo: 66 })] },
  'new-since-yesterday': { instances: [days({ now: 300, aWeekAgo: 0 })] },
  deploy: { instances: [days({ now: 90, then: 'gone' }), changing({ [ONSET]: selects(90) })] },
};

const table = { minutes: NOW + 240, since: NOW + 30, sampleSeconds: 60, evaluationMinutes: 5 } as const;
/** On the day that begins there, ten minutes were unlike the others: more than half an hour before the onset. */
const unusualBefore = (then: number, day: number) =>
  changing({
    0: selects(90),
    240: 'gone',
    [NOW - DAY]: selects(90),
    [day + 70]: selects(then),
    [day + 80]: selects(90),
    [NOW - DAY + 240]: 'gone',
    [NOW]: selects(90),
    [ONSET]: selects(then),
  });
const A_WEEK_AGO = 0;
const YESTERDAY = NOW - DAY;
const spike = days({ now: 90, then: 225, afterwards: 90 });
/** The rules are evaluated at every fifth minute: between two evaluations, it is certain which of them began or ended it. */
const within = table.evaluationMinutes / 2;
const SPIKES = { fires: ONSET + 15, ends: RECOVERY + 20, within };
export const spikeTest = tableTest({
  ...table,
  alert: 'QueryRateSpike',
  jobs: {
    ...ordinary,
    spike: { instances: [spike], ...SPIKES },
    'two-instances': { instances: [spike, spike], ...SPIKES },
    [`spike-${ELSEWHERE}`]: { instances: inOnePlace(spike, healthy), ...SPIKES },
    'a-peak-before-a-week-ago': { instances: [unusualBefore(225, A_WEEK_AGO)], fires: ONSET + 15, within },
    'a-peak-before-yesterday': { instances: [unusualBefore(225, YESTERDAY)], fires: ONSET + 15, within },
    'exactly-twice': { instances: [days({ now: 90, then: 180 })] },
    'at-most-one-a-second': { instances: [days({ now: 60, then: 600 })] },
  },
});

const drop = days({ now: 90, then: 36, afterwards: 90 });
// The first minute after it is enough to end it, but not where nothing was left.
const DROPS = { fires: ONSET + 15, ends: RECOVERY + 15, within };
export const dropTest = tableTest({
  ...table,
  alert: 'QueryRateDrop',
  jobs: {
    ...ordinary,
    drop: { instances: [drop], ...DROPS },
    'two-instances': { instances: [drop, drop], ...DROPS },
    [`drop-${ELSEWHERE}`]: { instances: inOnePlace(drop, healthy), ...DROPS },
    'a-dip-before-a-week-ago': { instances: [unusualBefore(36, A_WEEK_AGO)], fires: ONSET + 15, within },
    'a-dip-before-yesterday': { instances: [unusualBefore(36, YESTERDAY)], fires: ONSET + 15, within },
    idle: { instances: [days({ now: 90, then: 0, afterwards: 90 })], ...DROPS, ends: RECOVERY + 20 },
    vanished: { instances: [days({ now: 90, then: 'gone' })], fires: ONSET + 15, within },
    'exactly-half': { instances: [days({ now: 90, then: 45 })] },
    'at-most-one-a-second': { instances: [days({ now: 60, then: 0 })] },
  },
});

/** Fewer, then more SELECT statements of a hundred a minute. */
const shares = (before: number, from: number, then: number): Instance =>
  changing({ 0: mixed(before, 100 - before), [from]: mixed(then, 100 - then) });
export const distributionTest = tableTest({
  ...table,
  alert: 'UnusualQueryDistribution',
  minutes: 2 * DAY + 240,
  since: 2 * DAY + 60,
  jobs: {
    'since-a-day': { instances: [shares(30, DAY, 90)] },
    more: { instances: [shares(60, 2 * DAY + 90, 90)], fires: 2 * DAY + 115, within },
    'a-little-more': { instances: [shares(75, 2 * DAY + 90, 90)] },
  },
});
