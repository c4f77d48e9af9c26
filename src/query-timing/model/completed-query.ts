import type { AcquisitionFailureReason } from '../sql/acquisition-failure';
import type { ScopeSummary } from './scope-summary';
import type { ErrorClass } from '../sql/error-class';
import type { Origin } from './origin';
import type { QueryType } from '../sql/query-type';
import type { TransactionOutcome } from '../sql/transaction-effect';

/** One finished statement, successful or not. All times are seconds of a monotonic clock. */
export interface CompletedQuery {
  /** The text as it was sent, literals included: display {@link statement} instead. */
  readonly sql: string;
  /** The parameters as passed to TypeORM. Do not display them either. */
  readonly parameters: unknown;
  readonly type: QueryType;
  /** The statement without literals and comments. */
  readonly statement: string;
  /** A hash of {@link statement}: 16 hexadecimal digits, the same in each process and in the log. */
  readonly fingerprint: string;
  /** The name of the DataSource; `default` for the unnamed one. */
  readonly dataSource: string;
  /** Execution time, without {@link queuedSeconds}; of a stream, the time in which the server owed rows. */
  readonly seconds: number;
  /** Time spent waiting for other statements on the same connection. */
  readonly queuedSeconds: number;
  /** Time spent waiting for the pool, on the first statement of an acquired connection; otherwise 0. */
  readonly poolSeconds: number;
  readonly failed: boolean;
  /** The error that the driver rejected with; undefined on success. */
  readonly error: unknown;
  /** Undefined on success. */
  readonly errorClass: ErrorClass | undefined;
  /** True when {@link seconds} is at or above {@link thresholdSeconds}. */
  readonly slow: boolean;
  readonly thresholdSeconds: number;
  /** Rows that it returned or changed; undefined if the driver's result does not say, and for a failed statement. */
  readonly rows: number | undefined;
  /** Set for a `queryRunner.stream()`. */
  readonly stream: StreamFigures | undefined;
  /** Undefined if nothing is known about it. */
  readonly origin: Origin | undefined;
}

/** The figures of a stream, in seconds. */
export interface StreamFigures {
  /** From the start to the first row, without {@link readerSeconds}; undefined if there were no rows. */
  readonly firstRowSeconds: number | undefined;
  readonly rows: number;
  /**
   * Time in which the reader held the flow back: its buffer was full, or it had not begun to read. It is not part of the
   * execution time, so a slow reader does not make a statement slow; the connection was in use all the same.
   */
  readonly readerSeconds: number;
}

/** One finished transaction, from the start of its BEGIN to the end of its COMMIT or ROLLBACK. */
export interface CompletedTransaction {
  readonly dataSource: string;
  /**
   * `rollback` also for a COMMIT that the server turned into a rollback, for a transaction that the server ended, and for
   * one that was open when its connection returned to the pool.
   */
  readonly outcome: TransactionOutcome;
  readonly seconds: number;
  /** The part of {@link seconds} in which no statement was running. */
  readonly idleSeconds: number;
}

export type { TransactionOutcome };

/** One connection acquired from the pool, or the failed attempt to acquire one. */
export interface PoolAcquisition {
  readonly dataSource: string;
  readonly role: PoolRole;
  /** Time spent waiting. */
  readonly seconds: number;
  readonly failed: boolean;
  /** Why it failed; undefined on success. */
  readonly reason: AcquisitionFailureReason | undefined;
  /** True when the pool opened a new connection for this request. */
  readonly newConnection: boolean;
}

export type PoolRole = 'primary' | 'replica';

/**
 * A destination for finished statements, transactions and pool acquisitions. It is called while the application waits
 * for its rows, so it must return quickly. Errors that it throws, and promises that it returns and that reject, are
 * counted and never affect a query; after ten of them in a row it is off for a minute and then tried again. The statements
 * that a sink sends are counted, and no custom sink receives them.
 *
 * @example
 * ```ts
 * import { QueryTimingModule, type Sink } from 'nestjs-query-timing';
 *
 * const slowWrites: Sink = {
 *   record({ type, slow, seconds, statement }) {
 *     if (slow && type !== 'SELECT') console.warn({ statement, seconds });
 *   },
 * };
 * QueryTimingModule.forRoot({ sinks: [slowWrites] });
 * ```
 */
export interface Sink {
  /**
   * Called once per finished statement, with a plain object that the sink may keep and change. `parameters` and `error` are
   * what the application and the driver passed, so they may not survive `JSON.stringify` or `structuredClone`.
   */
  record(query: CompletedQuery): void;
  /** Called once per finished transaction. */
  recordTransaction?(transaction: CompletedTransaction): void;
  /** Called once per connection acquired from the pool, and per failed attempt. */
  recordAcquisition?(acquisition: PoolAcquisition): void;
  /**
   * Called once per unit of work that has ended, with the option `scopes`. A sink that several DataSources have is called
   * once all the same.
   */
  recordScope?(scope: ScopeSummary): void;
}

/**
 * The request that a query belongs to. A log line has `requestId` as `request_id`, `traceId` as `trace_id`, and each other
 * field under its name after `context_`: at most 20 fields, and 200 characters of each.
 */
export interface QueryContext {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- with unknown, an interface would not be accepted
  readonly [field: string]: any;
}
