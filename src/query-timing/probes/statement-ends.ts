import type { AfterQueryEvent } from 'typeorm';
import type { StreamFigures } from '../completed-query';
import type { SqlDialect } from '../sql/dialect';
import { BEGIN, queryTypeIndexOf } from '../sql/query-type';
import type { Observer } from './observer';
import { executionStart, type Timeline } from './timeline';
import type { TransactionProbe } from './transaction-probe';

/** Where all statements end, whichever probe saw them: it takes off the wait and follows the transaction. */
export class StatementEnds {
  constructor(
    readonly observer: Observer,
    private readonly dialect: SqlDialect,
    private readonly transactions: TransactionProbe | undefined,
  ) {}

  /** The short way for what nearly all statements are: a success that was alone on its connection. */
  addOrdinary(event: AfterQueryEvent, timeline: Timeline, start: number, end: number): void {
    const { query } = event;
    const type = queryTypeIndexOf(query, this.dialect);
    this.observer.statementSucceeded(event, type, start, end, timeline.started === 1);
    if (this.transactions !== undefined && (timeline.transaction !== undefined || type === BEGIN)) {
      this.transactions.statementEnded(timeline, type, query, start, end, false, undefined, event.rawResults);
    }
  }

  /** @param asked when the statement was handed to the connection */
  add(
    runner: object,
    timeline: Timeline,
    sql: string,
    parameters: unknown,
    asked: number,
    end: number,
    failed: boolean,
    error: unknown,
    result: unknown,
    stream: StreamFigures | undefined,
  ): void {
    const start = executionStart(timeline, asked, end);
    const type = queryTypeIndexOf(sql, this.dialect);
    const firstOf = timeline.started === 1 ? runner : undefined;
    this.observer.statementEnded(sql, parameters, type, start, end, start - asked, failed, error, firstOf, stream);
    if (this.transactions !== undefined && (timeline.transaction !== undefined || type === BEGIN)) {
      this.transactions.statementEnded(timeline, type, sql, start, end, failed, error, result);
    }
  }
}
