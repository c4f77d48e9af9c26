import type { PoolReading } from '../../probes/pool-reading';
import { INTERNAL_PARTS } from '../../recorder/internal-faults';
import { ERROR_CLASSES } from '../../sql/error-class';
import { QUERY_TYPES } from '../../sql/query-type';
import { HistogramRows } from './histogram-rows';
import type { TopStatements } from './top-statements';

export const OUTCOMES = ['commit', 'rollback'] as const;
export const ROLES = ['primary', 'replica'] as const;
export const POOL_FIGURES = ['active', 'idle', 'max', 'pending'] as const;

/** One observation of a bucket with the trace it belongs to, as OpenMetrics prints it. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  /** Seconds of the observation. */
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

interface Sources {
  /** Has all counted that is waiting for that. */
  readonly settle?: () => void;
  /** Undefined when there is no pool that can be read. */
  readonly readPools?: (() => readonly PoolReading[]) | undefined;
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
  /** `[role * POOL_FIGURES.length + figure]`, as read last. */
  readonly pool = new Float64Array(ROLES.length * POOL_FIGURES.length);
  /** Rows are {@link OUTCOMES}. */
  readonly transactions: HistogramRows;
  readonly transactionIdle: HistogramRows;
  /** By part; whoever owns the table goes on writing there. */
  readonly internalErrors: Float64Array;
  /** By query type and bucket of {@link durations}. Empty unless asked for. */
  readonly exemplars: (Exemplar | undefined)[] = [];
  statements: TopStatements | undefined;

  private readonly arrays: readonly Float64Array[];

  /**
   * @param bounds upper bounds of all histograms, in seconds
   * @param sources where the latest figures come from when somebody reads
   */
  constructor(
    readonly bounds: readonly number[],
    internalErrors?: Float64Array,
    private readonly sources: Sources = {},
  ) {
    this.durations = new HistogramRows(QUERY_TYPES.length, bounds);
    this.queue = new HistogramRows(1, bounds);
    this.firstRow = new HistogramRows(1, bounds);
    this.acquisitions = new HistogramRows(ROLES.length, bounds);
    this.transactions = new HistogramRows(OUTCOMES.length, bounds);
    this.transactionIdle = new HistogramRows(1, bounds);
    this.internalErrors = internalErrors ?? new Float64Array(INTERNAL_PARTS.length);
    this.arrays = [
      this.durations.data,
      this.slow,
      this.errors,
      this.queue.data,
      this.firstRow.data,
      this.streamedRows,
      this.acquisitions.data,
      this.failedAcquisitions,
      this.pool,
      this.transactions.data,
      this.transactionIdle.data,
      this.internalErrors,
    ];
  }

  get hasPools(): boolean {
    return this.sources.readPools !== undefined;
  }

  /** To be called before a scrape reads. */
  refresh(): void {
    this.sources.settle?.();
    this.pool.fill(0);
    for (const reading of this.sources.readPools?.() ?? []) {
      const offset = ROLES.indexOf(reading.role) * POOL_FIGURES.length;
      POOL_FIGURES.forEach((figure, i) => (this.pool[offset + i]! += reading[figure]));
    }
  }

  /** Adds the counts of another table with the same buckets to this one. */
  add(other: MetricsTable): void {
    for (let a = 0; a < this.arrays.length; a++) {
      const target = this.arrays[a]!;
      const source = other.arrays[a]!;
      for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
    }
    other.exemplars.forEach((exemplar, i) => {
      const present = this.exemplars[i];
      if (exemplar && (!present || present.timestamp < exemplar.timestamp)) this.exemplars[i] = exemplar;
    });
  }

  clear(): void {
    this.sources.settle?.();
    for (const array of this.arrays) array.fill(0);
    this.exemplars.length = 0;
    this.statements?.clear();
  }
}
