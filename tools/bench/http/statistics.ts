const RESAMPLES = 2_000;

export interface Estimate {
  readonly median: number;
  /** Bounds of the bootstrap 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median and how sure it is: resampled with replacement, with the same chances in every run. */
export function estimate(values: readonly number[]): Estimate {
  const random = lcg(values.length);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b);
  return {
    median: median(values),
    low: medians[Math.floor(RESAMPLES * 0.025)]!,
    high: medians[Math.floor(RESAMPLES * 0.975)]!,
  };
}

/** Numbers in [0, 1): the multiplicative congruential generator of Lewis, Goodman and Miller. */
export function lcg(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
