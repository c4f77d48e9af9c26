import type { PoolRole, TransactionOutcome } from '../model/completed-query';
import type { Scope } from '../scopes/scope';
import type { QueryTypeIndex } from '../sql/query-type';
import type { InternalPart } from './internal-faults';

/** The part of TypeORM's event that is read. Its own type differs by version. */
export interface SuccessfulStatement {
  readonly queryRunner: object;
  readonly query: string;
  readonly parameters?: unknown;
  readonly rawResults?: unknown;
}

/** A finished statement on the full lane, as a probe reports it. All times are milliseconds of the monotonic clock. */
export interface StatementReport {
  readonly sql: string;
  readonly parameters: unknown;
  readonly typeIndex: QueryTypeIndex;
  /** When execution began, which is after earlier statements on the same connection had ended. */
  readonly start: number;
  readonly end: number;
  /** Time spent waiting for those earlier statements. */
  readonly queued: number;
  /** Time spent waiting for the pool; 0 for all but the first statement on a connection. */
  readonly poolWait: number;
  readonly failed: boolean;
  /** The error that the driver rejected with; undefined on success. */
  readonly error: unknown;
  /** What the driver returned. */
  readonly result: unknown;
  readonly stream: StreamReport | undefined;
  /** In which it began; undefined with scopes off. */
  readonly scope: Scope | undefined;
  /** The line of code that sent it, if that is known. */
  readonly caller: string | undefined;
}

export interface StreamReport {
  /** From the start to the first row, as far as the server took it; undefined if there were no rows. */
  readonly firstRow: number | undefined;
  readonly rows: number;
  /** The part of the time from `start` to `end` in which the reader held the flow back. */
  readonly held: number;
}

/** When a statement on the fast lane began to execute, and how long it waited for the pool. */
export interface FastTiming {
  readonly start: number;
  readonly poolWait: number;
  readonly scope: Scope | undefined;
}

/**
 * What the probes of one DataSource report to. All times are milliseconds of the monotonic clock. No method throws.
 * The two lanes are drawn in the README of this folder.
 */
export interface Observer {
  /** Fast lane: a statement succeeded that was alone on its connection. Positional, so that it allocates nothing. */
  statementCompletedFast(event: SuccessfulStatement, timing: FastTiming, end: number): void;
  /** Full lane: any other statement. */
  statementCompleted(statement: StatementReport): void;
  /** @param scope in which it began */
  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number, scope: Scope | undefined): void;
  connectionAcquired(role: PoolRole, waited: number, newConnection: boolean): void;
  /** @param error what the pool or the driver rejected with */
  acquisitionFailed(role: PoolRole, waited: number, error: unknown): void;
  /**
   * A connection was lost while no statement ran on it, so no statement reports the loss. The transaction that was open on
   * it is reported by {@link transactionEnded}.
   */
  connectionLost(error: unknown): void;
  probeFailed(part: InternalPart, error?: unknown): void;
}
