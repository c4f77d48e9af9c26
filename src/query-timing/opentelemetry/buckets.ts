import type { HistogramRows } from '../sinks/metrics/histogram-rows';

/**
 * Some or all of the counted buckets. Neighbours are merged and never split, so that every count is exact.
 */
export class Buckets {
  /** The merged bucket of each counted one. */
  private readonly target: readonly number[];

  /** @param boundaries in seconds, each of them one of `bounds` */
  constructor(
    readonly boundaries: readonly number[],
    private readonly bounds: readonly number[],
  ) {
    const bucketOf = (bound: number) => boundaries.findIndex((boundary) => bound <= boundary);
    this.target = [...bounds, Infinity].map(bucketOf).map((bucket) => (bucket < 0 ? boundaries.length : bucket));
  }

  /** The published boundaries where all of them are counted, and otherwise the counted ones. */
  static of(published: readonly number[], bounds: readonly number[]): Buckets {
    return new Buckets(published.every((boundary) => bounds.includes(boundary)) ? published : bounds, bounds);
  }

  /** The count of each bucket, not cumulative, and then the sum. */
  valuesOf(histogram: HistogramRows, row: number): number[] {
    const values = new Array<number>(this.boundaries.length + 2).fill(0);
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) {
      values[this.target[bucket]!]! += histogram.inBucket(row, bucket);
    }
    values[this.boundaries.length + 1] = histogram.sum(row);
    return values;
  }
}
