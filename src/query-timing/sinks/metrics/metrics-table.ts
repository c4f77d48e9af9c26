import type { PoolRole } from '../../model/completed-query';
import type { PoolReading } from '../../model/pool-reading';
import { INTERNAL_PARTS } from '../../recorder/internal-faults';
import { ACQUISITION_FAILURE_REASONS } from '../../sql/acquisition-failure';
import { ERROR_CLASSES } from '../../sql/error-class';
import { QUERY_TYPES } from '../../sql/query-type';
import { FailureTable } from './failure-table';
import { HistogramRows } from './histogram-rows';
import { ScopeTable } from './scope-table';
import type { TopStatements } from './top-statements';

export const OUTCOMES = ['commit', 'rollback'] as const;
/** Rows of the pool's metrics: all pools of a DataSource without replicas, or those of one role. */
export const POOL_ROWS: readonly (PoolRole | undefined)[] = [undefined, 'primary', 'replica'];
/** Rows of the errors: statements by type, and failures to get or keep a connection, which no statement reports. */
export const ERROR_ROWS = [...QUERY_TYPES, 'CONNECT'] as const;
export const CONNECT_ROW = ERROR_ROWS.indexOf('CONNECT');
export const POOL_FIGURES = ['active', 'idle', 'max', 'pending'] as const;

/** One observation of a bucket with its trace, in the format of OpenMetrics. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  /** Seconds of the observation. */
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** What publishes a table, and has to keep the counts that it loses. */
export interface TableHolder {
  /** Called before the counts become 0. */
  keep(table: MetricsTable): void;
}

interface TableSettings {
  /** The DataSource has pools of two roles. */
  readonly replicated?: boolean;
  /** Counts the statements that are still in the batch. */
  readonly flush?: () => void;
  /** No readings as long as there is no readable pool. */
  readonly readPools?: (() => readonly PoolReading[]) | undefined;
  /** Counts since the start, by {@link INTERNAL_PARTS}. */
  readonly internalErrors?: Float64Array;
}

/** All counts of one DataSource as flat arrays. Sinks write to them, a scrape reads them. */
export class MetricsTable {
  /** Rows are {@link QUERY_TYPES}, as in all arrays by query type. */
  readonly durations: HistogramRows;
  readonly slow = new Float64Array(QUERY_TYPES.length);
  /** `[row * ERROR_CLASSES.length + class]`, rows are {@link ERROR_ROWS}. */
  readonly errors = new Float64Array(ERROR_ROWS.length * ERROR_CLASSES.length);
  readonly queue: HistogramRows;
  readonly firstRow: HistogramRows;
  readonly streamedRows = new Float64Array(1);
  /** Rows are {@link POOL_ROWS}. */
  readonly acquisitions: HistogramRows;
  /** `[row * ACQUISITION_FAILURE_REASONS.length + reason]` */
  readonly failedAcquisitions = new Float64Array(POOL_ROWS.length * ACQUISITION_FAILURE_REASONS.length);
  /** `[row * POOL_FIGURES.length + figure]`, as of the last scrape. */
  readonly pool = new Float64Array(POOL_ROWS.length * POOL_FIGURES.length);
  /** Rows are {@link OUTCOMES}. */
  readonly transactions: HistogramRows;
  readonly transactionIdle: HistogramRows;
  /** Rows are {@link INTERNAL_PARTS}. */
  readonly internalErrors = new Float64Array(INTERNAL_PARTS.length);
  /** By query type and bucket of {@link durations}. Empty unless exemplars are enabled. */
  readonly exemplars: (Exemplar | undefined)[] = [];
  /** Rows of {@link POOL_ROWS} that this table writes. */
  readonly poolRows: readonly number[];
  /** True once a pool has been read. */
  hasPoolFigures = false;
  statements: TopStatements | undefined;
  /** Undefined with scopes off. */
  scopes: ScopeTable | undefined;
  /** Undefined unless something publishes it. */
  failures: FailureTable | undefined;
  /** Several may publish the same table: no one may take counts away from another. */
  readonly holders = new Set<TableHolder>();

  private readonly arrays: readonly Float64Array[];
  private readonly knownErrors = new Float64Array(INTERNAL_PARTS.length);

  /** @param bounds upper bounds of all histograms, in seconds */
  constructor(
    readonly bounds: readonly number[],
    private readonly settings: TableSettings = {},
  ) {
    this.durations = new HistogramRows(QUERY_TYPES.length, bounds);
    this.queue = new HistogramRows(1, bounds);
    this.firstRow = new HistogramRows(1, bounds);
    this.acquisitions = new HistogramRows(POOL_ROWS.length, bounds);
    this.transactions = new HistogramRows(OUTCOMES.length, bounds);
    this.transactionIdle = new HistogramRows(1, bounds);
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
    this.poolRows = settings.replicated ? [1, 2] : [0];
  }

  poolRowOf(role: PoolRole): number {
    return this.settings.replicated ? POOL_ROWS.indexOf(role) : 0;
  }

  /** Call before reading the table. */
  refresh(): void {
    const { flush, readPools, internalErrors } = this.settings;
    flush?.();
    this.pool.fill(0);
    for (const reading of readPools?.() ?? []) {
      this.hasPoolFigures = true;
      const offset = this.poolRowOf(reading.role) * POOL_FIGURES.length;
      POOL_FIGURES.forEach((figure, i) => (this.pool[offset + i]! += reading[figure]));
    }
    internalErrors?.forEach((count, i) => {
      this.internalErrors[i]! += count - this.knownErrors[i]!;
      this.knownErrors[i] = count;
    });
  }

  /** Adds the counts of another table with the same buckets to this one. */
  add({ arrays, exemplars, failures, scopes }: MetricsTable): void {
    for (let a = 0; a < this.arrays.length; a++) {
      const target = this.arrays[a]!;
      const source = arrays[a]!;
      for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
    }
    if (scopes) (this.scopes ??= new ScopeTable(this.bounds)).add(scopes);
    if (failures) (this.failures ??= new FailureTable(this.bounds)).add(failures);
    exemplars.forEach((exemplar, i) => {
      const present = this.exemplars[i];
      if (exemplar && (!present || present.timestamp < exemplar.timestamp)) this.exemplars[i] = exemplar;
    });
  }

  /** Sets all counts to 0; the holders keep them. {@link refresh} before, so that none is counted afterwards. */
  clear(): void {
    this.pool.fill(0); // A state, and no count.
    for (const holder of this.holders) holder.keep(this);
    for (const array of this.arrays) array.fill(0);
    this.exemplars.length = 0;
    this.statements?.clear();
    this.scopes?.clear();
    this.failures?.clear();
  }
}
