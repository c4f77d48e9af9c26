import type { Timeline } from '../scenario';
import { statements, type Observations, type Workload } from '../workload';

/** Well for 10 minutes, bad until two minutes after the alert, and observed until it has long been resolved. */
export function timeline(delay: number, forMinutes: number, { onset = 10, afterwards = 15 } = {}): Timeline {
  const recovery = onset + delay + forMinutes + 2;
  return { onset, recovery, end: recovery + afterwards };
}

export const selects = (perMinute: number, more: Partial<Parameters<typeof statements>[0][string]> = {}) =>
  statements({ SELECT: { perMinute, ...more } });

/** `quick` of a hundred in the first bucket, the rest up to the given bound. */
export const spread = (perMinute: number, quick: number, bound: keyof Observations): Observations => ({
  '0.05': (perMinute * quick) / 100,
  [bound]: (perMinute * (100 - quick)) / 100,
});

// 15 statements a minute are just above the traffic guard of 12; 12 are at it.
export const QUIET = 15;
export const GUARD = 12;
// Of so many a minute, a tenth, a twentieth and a hundredth give exactly 0.1, 0.05 and 0.01 in floating point.
export const BOUNDARY = 100;

/** A rate a second with two decimals, twice as high where there are two instances. */
export const perSecond =
  (rate: number, digits = 2) =>
  (job: string) =>
    (job === 'two-instances' ? 2 * rate : rate).toFixed(digits);

/** A sum over instances, not a ratio. */
export const TWICE_IS_SOONER = { 'two-instances': { delay: 1 } };

/** Three in every 5 minutes: exactly 0.01 a second, at any minute. */
export const threeInFiveMinutes = (three: Workload, none: Workload) => ({
  phases: Array.from({ length: 20 }, (_, index) => ({
    from: Math.floor(index / 2) * 5 + (index % 2),
    workload: index % 2 === 0 ? three : none,
  })),
});
