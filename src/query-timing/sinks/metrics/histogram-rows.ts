/** The upper bounds of the duration histograms, in seconds. */
export const DEFAULT_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Several histograms of the same buckets in one flat array: for each row the count of each bucket (not cumulated),
 * the count beyond the last, and the sum. Observing is a few comparisons and two writes.
 */
export class HistogramRows {
  readonly data: Float64Array;
  /** {@link bounds} again, as a flat array. */
  private readonly limits: Float64Array;
  private readonly stride: number;

  constructor(
    readonly rows: number,
    readonly bounds: readonly number[],
  ) {
    this.limits = Float64Array.from(bounds);
    this.stride = bounds.length + 2;
    this.data = new Float64Array(rows * this.stride);
  }

  /** @returns the bucket it fell into */
  observe(row: number, seconds: number): number {
    const { limits, data } = this;
    const offset = row * this.stride;
    const { length } = limits;
    let bucket = 0;
    while (bucket < length && seconds > limits[bucket]!) bucket++;
    data[offset + bucket]! += 1;
    data[offset + length + 1]! += seconds;
    return bucket;
  }

  /** The count of one bucket alone; `bucket === bounds.length` is the one beyond the last bound. */
  inBucket(row: number, bucket: number): number {
    return this.data[row * this.stride + bucket]!;
  }

  sum(row: number): number {
    return this.data[row * this.stride + this.bounds.length + 1]!;
  }

  count(row: number): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) count += this.inBucket(row, bucket);
    return count;
  }
}
