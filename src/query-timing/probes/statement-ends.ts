import type { AfterQueryEvent } from 'typeorm';
import type { StreamFigures } from '../model/completed-query';
import { mayBoundTransaction, OTHER, type QueryTypes } from '../sql/query-type';
import type { Observer } from '../recorder/observer';
import { executionStart, type OpenStatement, type Timeline } from './timeline';
import { Timelines } from './timelines';
import type { TransactionProbe } from './transaction-probe';

/** Where all statements end, whichever probe saw them: it takes off the wait and follows the transaction. */
export class StatementEnds {
  readonly timelines = new Timelines();

  constructor(
    readonly observer: Observer,
    private readonly types: QueryTypes,
    private readonly transactions: TransactionProbe | undefined,
  ) {}

  /** The short way for what nearly all statements are: a success that was alone on its connection. */
  addOrdinary(event: AfterQueryEvent, timeline: Timeline, end: number): void {
    const { query } = event;
    this.observer.statementSucceeded(event, timeline, end);
    const mayBound = mayBoundTransaction(query);
    if (mayBound || timeline.transaction !== undefined) {
      const type = mayBound ? this.types.indexOf(query) : OTHER;
      this.transactions?.statementEnded(timeline, type, query, timeline.start, end, false, undefined, event.rawResults);
    }
    this.timelines.ended(timeline);
  }

  add(
    timeline: Timeline,
    { event, start: asked, poolSeconds }: OpenStatement,
    parameters: unknown,
    end: number,
    failed: boolean,
    error: unknown,
    result: unknown,
    stream: StreamFigures | undefined,
  ): void {
    const sql = event.query;
    const start = executionStart(timeline, asked, end);
    const type = this.types.indexOf(sql);
    const queued = start - asked;
    this.observer.statementEnded(sql, parameters, type, start, end, queued, poolSeconds, failed, error, stream);
    this.transactions?.statementEnded(timeline, type, sql, start, end, failed, error, result);
    this.timelines.ended(timeline);
  }
}
