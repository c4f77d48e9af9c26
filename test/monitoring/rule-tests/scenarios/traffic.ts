import type { Timeline } from '../scenario';
import { statements, type Observations } from '../workload';

/** Healthy for 10 minutes, bad until two minutes after the alert, and observed until the alert is resolved. */
export function timeline(delay: number, forMinutes: number, { onset = 10, afterwards = 26 } = {}): Timeline {
  const recovery = onset + delay + forMinutes + 2;
  return { onset, recovery, end: recovery + afterwards };
}

export const selects = (perMinute: number, more: Partial<Parameters<typeof statements>[0][string]> = {}) =>
  statements({ SELECT: { perMinute, ...more } });

/** SELECT statements, each in a separate transaction whose BEGIN and COMMIT are fast. */
export const selectsInTransactions = (
  perMinute: number,
  more: Partial<Parameters<typeof statements>[0][string]> = {},
) => {
  const control = { perMinute, slow: 0, errors: {}, ...(more.durations && { durations: { '0.05': perMinute } }) };
  return statements({ SELECT: { perMinute, ...more }, BEGIN: control, COMMIT: control });
};

/** `quick` percent of the observations in the first bucket, the others in the bucket of the given bound. */
export const spread = (perMinute: number, quick: number, bound: keyof Observations): Observations => ({
  '0.05': (perMinute * quick) / 100,
  [bound]: (perMinute * (100 - quick)) / 100,
});

// The traffic guard of the alerts is 12 statements per minute.
export const ABOVE_GUARD = 15;
export const AT_GUARD = 12;
// With 100 per minute, ratios of 0.1, 0.05 and 0.01 are exact in floating point.
export const BOUNDARY = 100;

/** A rate per second with two decimals, twice as high for two instances. */
export const perSecond =
  (rate: number, digits = 2) =>
  (job: string) =>
    (job === 'two-instances' ? 2 * rate : rate).toFixed(digits);

/** For alerts on a sum over instances instead of a ratio. */
export const SOONER_WITH_TWO_INSTANCES = { 'two-instances': { delay: 2 } };
