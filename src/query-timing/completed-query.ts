import type { ErrorClass } from './sql/error-class';
import type { QueryType } from './sql/query-type';

/**
 * One finished statement, however it ended. All times are seconds of a monotonic clock.
 *
 * The library reuses the object: a sink that keeps something beyond its `record` call copies it.
 */
export interface CompletedQuery {
  /** The text as it was sent, literals included: show {@link fingerprint} instead. */
  readonly sql: string;
  /** Its parameters as given to TypeORM. Never print them by default. */
  readonly parameters: unknown;
  readonly type: QueryType;
  /** The name of the DataSource; `default` for the one without a name. */
  readonly dataSource: string;
  /** Execution, without the time behind other statements on the same connection. */
  readonly seconds: number;
  /** Time behind other statements on the same connection. */
  readonly queuedSeconds: number;
  /** Time until the pool handed out the connection, for the first statement on it; otherwise 0. */
  readonly poolSeconds: number;
  readonly failed: boolean;
  /** What the driver rejected with; undefined for a success. */
  readonly error: unknown;
  /** Undefined for a success. */
  readonly errorClass: ErrorClass | undefined;
  /** At or over the threshold that applies to it. */
  readonly slow: boolean;
  /** That threshold. */
  readonly thresholdSeconds: number;
  /** Set when it was a `queryRunner.stream()`. */
  readonly stream: StreamFigures | undefined;
  /** The statement without literals; computed when first read. */
  readonly fingerprint: string;
}

export interface StreamFigures {
  /** From the call to the first row; undefined when there was none. */
  readonly firstRowSeconds: number | undefined;
  readonly rows: number;
}

/** One finished transaction, from the start of its BEGIN to the end of its COMMIT or ROLLBACK. */
export interface CompletedTransaction {
  readonly dataSource: string;
  /** `rollback` also for a COMMIT that the server answered with a rollback. */
  readonly outcome: 'commit' | 'rollback';
  readonly seconds: number;
  /** Of those, the time without a statement running. */
  readonly idleSeconds: number;
}

/** One wait for a connection of the pool. */
export interface PoolAcquisition {
  readonly dataSource: string;
  readonly role: PoolRole;
  readonly seconds: number;
  readonly failed: boolean;
}

export type PoolRole = 'primary' | 'replica';

/**
 * Takes what the probes saw somewhere. It may throw: that is counted, no query notices, and after ten faults the sink
 * is asked no more. It is called while a query is being answered, so it must return quickly and never wait.
 */
export interface Sink {
  record(query: CompletedQuery): void;
  recordTransaction?(transaction: CompletedTransaction): void;
  recordAcquisition?(acquisition: PoolAcquisition): void;
}
