import type { ErrorClass } from '../sql/error-class';
import type { QueryType } from '../sql/query-type';

/** One finished statement, however it ended. All times are seconds of a clock that never steps back. */
export interface CompletedQuery {
  /** The text as it was sent, literals included: show {@link fingerprint} instead. */
  readonly sql: string;
  /** Its parameters as given to TypeORM. Not to be shown either. */
  readonly parameters: unknown;
  readonly type: QueryType;
  /** The statement without literals; worked out when first read. */
  readonly fingerprint: string;
  /** The name of the DataSource; `default` for the one without a name. */
  readonly dataSource: string;
  /** Execution, without the time behind other statements on the same connection. */
  readonly seconds: number;
  /** Time behind other statements on the same connection. */
  readonly queuedSeconds: number;
  /** The wait for the pool, for the first statement on a connection it handed out; otherwise 0. */
  readonly poolSeconds: number;
  readonly failed: boolean;
  /** What the driver rejected with; undefined for a success. */
  readonly error: unknown;
  /** Undefined for a success. */
  readonly errorClass: ErrorClass | undefined;
  /** At or over the threshold that applies to it. */
  readonly slow: boolean;
  readonly thresholdSeconds: number;
  /** Set when the statement was a `queryRunner.stream()`. */
  readonly stream: StreamFigures | undefined;
}

export interface StreamFigures {
  /** From the start to the first row; undefined when there was none. */
  readonly firstRowSeconds: number | undefined;
  readonly rows: number;
}

/** One finished transaction, from the start of its BEGIN to the end of its COMMIT or ROLLBACK. */
export interface CompletedTransaction {
  readonly dataSource: string;
  /** `rollback` also for a COMMIT that the server answered with a rollback. */
  readonly outcome: TransactionOutcome;
  readonly seconds: number;
  /** Of those, the time without a statement running. */
  readonly idleSeconds: number;
}

export type TransactionOutcome = 'commit' | 'rollback';

/** One wait for a connection of the pool. */
export interface PoolAcquisition {
  readonly dataSource: string;
  readonly role: PoolRole;
  readonly seconds: number;
  readonly failed: boolean;
  /** The pool opened it; it was not there before. */
  readonly newConnection: boolean;
}

export type PoolRole = 'primary' | 'replica';

/**
 * Takes what the probes saw somewhere. It is called while an application waits for its rows, so it returns quickly and
 * never waits. What it throws is counted and reaches no query; after ten faults it is asked no more.
 */
export interface Sink {
  record(query: CompletedQuery): void;
  recordTransaction?(transaction: CompletedTransaction): void;
  recordAcquisition?(acquisition: PoolAcquisition): void;
}

/** What the application knows about the request that a query belongs to. */
export interface QueryContext {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}
