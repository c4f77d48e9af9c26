import type { AfterQueryEvent } from 'typeorm';
import type { PoolRole, StreamFigures, TransactionOutcome } from '../completed-query';
import type { InternalPart } from '../internal-faults';

/** Receives what the probes of one DataSource see, in milliseconds of the monotonic clock. Nothing here throws. */
export interface Observer {
  /**
   * A statement has succeeded that waited behind no other.
   *
   * @param first it was the first one of its query runner
   */
  statementSucceeded(event: AfterQueryEvent, typeIndex: number, start: number, end: number, first: boolean): void;
  /**
   * @param start when execution began, which is behind other statements of the same connection
   * @param queued the time behind those
   * @param firstOf the query runner, when this was its first statement
   */
  statementEnded(
    sql: string,
    parameters: unknown,
    typeIndex: number,
    start: number,
    end: number,
    queued: number,
    failed: boolean,
    error: unknown,
    firstOf: object | undefined,
    stream: StreamFigures | undefined,
  ): void;
  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number): void;
  connectionAcquired(role: PoolRole, waited: number, failed: boolean, newConnection: boolean): void;
  probeFailed(part: InternalPart): void;
}
