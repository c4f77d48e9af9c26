import type { AfterQueryEvent } from 'typeorm';
import type { PoolRole, StreamFigures, TransactionOutcome } from '../model/completed-query';
import type { InternalPart } from './internal-faults';
import type { Timeline } from '../probes/timeline';

/** Receives what the probes of one DataSource see, in milliseconds of the monotonic clock. Nothing here throws. */
export interface Observer {
  /**
   * A statement has succeeded that waited behind no other.
   *
   * @param timeline says when it began and how long it has waited for the pool
   */
  statementSucceeded(event: AfterQueryEvent, timeline: Timeline, end: number): void;
  /**
   * @param start when execution began, which is behind other statements of the same connection
   * @param queued the time behind those
   * @param poolSeconds how long it has waited for the pool, in seconds; 0 for all but the first on a connection
   */
  statementEnded(
    sql: string,
    parameters: unknown,
    typeIndex: number,
    start: number,
    end: number,
    queued: number,
    poolSeconds: number,
    failed: boolean,
    error: unknown,
    stream: StreamFigures | undefined,
  ): void;
  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number): void;
  connectionAcquired(role: PoolRole, waited: number, failed: boolean, newConnection: boolean): void;
  probeFailed(part: InternalPart): void;
}
