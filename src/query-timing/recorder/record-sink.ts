import type { PoolRole, TransactionOutcome } from '../model/completed-query';
import type { KnownStatement } from '../model/known-statement';
import type { QueryRecord } from '../model/query-record';
import type { Scope } from '../scopes/scope';
import type { AcquisitionFailure } from '../sql/acquisition-failure';
import type { ErrorClass } from '../sql/error-class';

/**
 * The interface of the library's own sinks. They read the record during the call and keep nothing of it. A method may
 * return a promise: if it rejects, that counts as an error of the sink.
 */
export interface RecordSink {
  /** True if it counts by statement, and not by query type only. */
  readonly identifiesStatements?: boolean;
  /** Full lane. */
  record(query: QueryRecord): unknown;
  /**
   * Fast lane. A sink without this method does not see fast statements.
   *
   * @param rows returned or changed, as far as the driver reports it
   * @param end in milliseconds of the monotonic clock
   * @returns false to receive the statement by {@link record} instead; then nothing has been counted
   */
  count?(known: KnownStatement, seconds: number, rows: number, end: number): boolean;
  /** Like `recordTransaction` of a custom sink, without an object. */
  recordTransaction?(outcome: TransactionOutcome, seconds: number, idleSeconds: number): unknown;
  /** Like `recordAcquisition` of a custom sink, without an object. */
  recordAcquisition?(
    role: PoolRole,
    seconds: number,
    newConnection: boolean,
    failure: AcquisitionFailure | undefined,
  ): unknown;
  /** A unit of work has ended. Several DataSources have it in common, and each sink gets it once. */
  recordScope?(scope: Scope): unknown;
  /** A statement ended after its unit of work had ended: called for the first one of each. */
  recordLateStatement?(scope: Scope, statement: string): unknown;
  /** A connection was lost while no statement ran on it. */
  recordConnectionLost?(errorClass: ErrorClass): unknown;
}
