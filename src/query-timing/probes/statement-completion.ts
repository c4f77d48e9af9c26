import type { AfterQueryEvent } from 'typeorm';
import type { Observer, StreamReport } from '../recorder/observer';
import { mayBeginOrEndTransaction, type QueryTypes } from '../sql/query-type';
import { executionStart, type OpenStatement, type Timeline } from './timeline';
import { Timelines } from './timelines';
import type { TransactionProbe } from './transaction-probe';

/** How a statement on the full lane ended. */
export interface StatementOutcome {
  readonly parameters: unknown;
  readonly end: number;
  readonly failed: boolean;
  readonly error: unknown;
  readonly result: unknown;
  readonly stream: StreamReport | undefined;
}

/** Completes every statement, whichever probe saw it: subtracts the waiting time and follows the transaction. */
export class StatementCompletion {
  readonly timelines = new Timelines();

  constructor(
    readonly observer: Observer,
    private readonly types: QueryTypes,
    private readonly transactions: TransactionProbe | undefined,
  ) {}

  /** Fast lane: a success that was alone on its connection, as nearly all statements are. */
  completeFast(event: AfterQueryEvent, timeline: Timeline, end: number): void {
    const { query } = event;
    this.observer.statementCompletedFast(event, timeline, end);
    const isControl = mayBeginOrEndTransaction(query);
    const { transactions } = this;
    if (transactions && (isControl || timeline.transaction !== undefined || transactions.needsEveryStatement)) {
      transactions.statementCompletedFast(timeline, isControl, query, event.rawResults, end);
    }
    this.timelines.ended(timeline);
  }

  /** Full lane: every other statement. */
  complete(timeline: Timeline, { event, start: asked, poolWait }: OpenStatement, outcome: StatementOutcome): void {
    const sql = event.query;
    const { parameters, end, failed, error, result, stream } = outcome;
    const start = executionStart(timeline, asked, end);
    const typeIndex = this.types.indexOf(sql);
    const queued = start - asked;
    const statement = { sql, parameters, typeIndex, start, end, queued, poolWait, failed, error, result, stream };
    this.observer.statementCompleted(statement);
    this.transactions?.statementCompleted(timeline, statement);
    this.timelines.ended(timeline);
  }

  /** Call it when a connection has returned to its pool, or is gone. */
  connectionReleased(connection: object, now: number): void {
    const timeline = this.transactions?.connectionReleased(connection, now);
    if (timeline) this.timelines.ended(timeline);
  }

  /** Call it when the probes are detached: the ends of what is open now will not be seen. */
  forget(): void {
    this.timelines.forget();
    this.transactions?.forget();
  }
}
