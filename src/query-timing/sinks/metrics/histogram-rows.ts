/** Default upper bounds of all histograms, in seconds. */
export const DEFAULT_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Several histograms with the same buckets in one flat array. A row holds the count of each bucket (not cumulative), the
 * count above the last bound, and the sum. Observing takes a few comparisons and two writes.
 */
export class HistogramRows {
  readonly data: Float64Array;
  /** {@link bounds} as a flat array. */
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

  /** @returns the index of the bucket */
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

  /** A copy with more rows. */
  withRows(rows: number): HistogramRows {
    const copy = new HistogramRows(rows, this.bounds);
    copy.data.set(this.data);
    return copy;
  }

  /** Adds a row of other histograms with the same bounds. */
  addRow(row: number, { data }: HistogramRows, from: number): void {
    const { stride } = this;
    for (let i = 0; i < stride; i++) this.data[row * stride + i]! += data[from * stride + i]!;
  }

  /** The count of one bucket, not cumulative; `bucket === bounds.length` is the one above the last bound. */
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

/** A longer copy. */
export function withLength(figures: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  copy.set(figures);
  return copy;
}
