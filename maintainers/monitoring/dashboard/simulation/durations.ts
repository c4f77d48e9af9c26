/** A kind of durations: log-normal around its median, in seconds. */
interface Kind {
  readonly weight: number;
  readonly median: number;
  readonly spread: number;
}

/** Several kinds, whose weights sum to 1. */
export type Durations = readonly Kind[];

export const around = (median: number, spread = 0.7): Durations => [{ weight: 1, median, spread }];

/** @param share of the second kind */
export const mixed = (first: Durations, second: Durations, share: number): Durations => [
  ...first.map((kind) => ({ ...kind, weight: kind.weight * (1 - share) })),
  ...second.map((kind) => ({ ...kind, weight: kind.weight * share })),
];

export const meanOf = (durations: Durations): number =>
  durations.reduce((sum, { weight, median, spread }) => sum + weight * median * Math.exp(spread ** 2 / 2), 0);

/** The share of the durations up to a bound. */
export const shareUpTo = (bound: number, durations: Durations): number =>
  durations.reduce((sum, { weight, median, spread }) => sum + weight * normal(Math.log(bound / median) / spread), 0);

/** The cumulative normal distribution, by the approximation of Zelen and Severo. */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x < 0 ? tail : 1 - tail;
}
