import { INTERNAL_PARTS } from '../../internal-faults';
import { ERROR_CLASSES } from '../../sql/error-class';
import { QUERY_TYPES } from '../../sql/query-type';
import { HistogramRows } from './histogram-rows';

export const OUTCOMES = ['commit', 'rollback'] as const;
export const ROLES = ['primary', 'replica'] as const;

/** What a pool looks like at the moment of a scrape. */
export interface PoolReading {
  readonly role: (typeof ROLES)[number];
  readonly active: number;
  readonly idle: number;
  readonly max: number;
  readonly pending: number;
}

/** Everything one DataSource has counted, as flat arrays. Counting writes here; a scrape reads. */
export class MetricsTable {
  /** Rows are query types, as in all arrays by query type. */
  readonly durations: HistogramRows;
  readonly slow = new Float64Array(QUERY_TYPES.length);
  /** `[type * ERROR_CLASSES.length + class]` */
  readonly errors = new Float64Array(QUERY_TYPES.length * ERROR_CLASSES.length);
  readonly queue: HistogramRows;
  readonly firstRow: HistogramRows;
  readonly streamedRows = new Float64Array(1);
  /** Rows are {@link ROLES}. */
  readonly acquisitions: HistogramRows;
  readonly failedAcquisitions = new Float64Array(ROLES.length);
  /** Rows are {@link OUTCOMES}. */
  readonly transactions: HistogramRows;
  readonly transactionIdle: HistogramRows;

  /**
   * @param bounds upper bounds of all histograms, in seconds
   * @param internalErrors counts by part, which the owner of the table goes on writing
   */
  constructor(
    readonly bounds: readonly number[],
    readonly internalErrors: Float64Array = new Float64Array(INTERNAL_PARTS.length),
  ) {
    this.durations = new HistogramRows(QUERY_TYPES.length, bounds);
    this.queue = new HistogramRows(1, bounds);
    this.firstRow = new HistogramRows(1, bounds);
    this.acquisitions = new HistogramRows(ROLES.length, bounds);
    this.transactions = new HistogramRows(OUTCOMES.length, bounds);
    this.transactionIdle = new HistogramRows(1, bounds);
  }

  private get arrays(): Float64Array[] {
    return [
      this.durations.data,
      this.slow,
      this.errors,
      this.queue.data,
      this.firstRow.data,
      this.streamedRows,
      this.acquisitions.data,
      this.failedAcquisitions,
      this.transactions.data,
      this.transactionIdle.data,
      this.internalErrors,
    ];
  }

  /** Adds the counts of another table with the same buckets to this one. */
  add(other: MetricsTable): void {
    const { arrays } = this;
    other.arrays.forEach((source, a) => source.forEach((count, i) => (arrays[a]![i]! += count)));
  }

  clear(): void {
    for (const array of this.arrays) array.fill(0);
  }
}
