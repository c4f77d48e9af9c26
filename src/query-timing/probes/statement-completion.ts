import type { AfterQueryEvent } from 'typeorm';
import type { Observer, StreamReport } from '../recorder/observer';
import type { ScopeStore } from '../scopes/scope-store';
import { Callers } from '../scopes/callers/callers';
import { mayBeginOrEndTransaction, type QueryTypes } from '../sql/query-type';
import { isClientTimeout, noteAbandoned } from './connection-state';
import type { Asked, RunOrder } from './overlap';
import type { Timeline } from './timeline';
import { Timelines } from './timelines';
import type { TransactionProbe } from './transaction-probe';

/** Drivers that run a statement without returning to the event loop. */
const SYNCHRONOUS_DRIVERS = new Set(['better-sqlite3', 'sqljs']);
/** Those of one connection to a file, which cannot be asked. */
const IN_ORDER_DRIVERS = new Set(['expo', 'cordova', 'react-native']);

function runOrderOf(driverType: string): RunOrder {
  if (SYNCHRONOUS_DRIVERS.has(driverType)) return 'synchronous';
  return IN_ORDER_DRIVERS.has(driverType) ? 'in order' : 'asked';
}

/**
 * TypeORM has reported the start of a statement and never its end: another subscriber refused it, or the driver reports
 * no failures (better-sqlite3 before TypeORM 1.1.1). It is not counted. Only the name of this class is logged.
 */
class StatementWithoutEndError extends Error {
  override readonly name = 'StatementWithoutEndError';
}

/** How a statement on the full lane ended. */
export interface StatementOutcome {
  readonly sql: string;
  readonly parameters: unknown;
  readonly end: number;
  readonly failed: boolean;
  readonly error: unknown;
  readonly result: unknown;
  readonly stream: StreamOutcome | undefined;
}

export interface StreamOutcome {
  readonly rows: number;
  /** When the first row would have arrived if the reader had not held the flow back; undefined if there were no rows. */
  readonly firstRowAt: number | undefined;
  /** Milliseconds in which the reader held the flow back. */
  readonly held: number;
}

/** Completes every statement, whichever probe saw it: subtracts the waiting time and follows the transaction. */
export class StatementCompletion {
  readonly timelines: Timelines;
  private readonly lost: (statements: number) => void;

  constructor(
    readonly observer: Observer,
    private readonly types: QueryTypes,
    private readonly transactions: TransactionProbe | undefined,
    driverType: string,
    readonly callers: Callers = new Callers(),
    /** Undefined with scopes off. */
    readonly scopes?: ScopeStore,
  ) {
    this.lost = (statements) => {
      const error = new StatementWithoutEndError();
      for (let i = 0; i < statements; i++) observer.probeFailed('query_probe', error);
    };
    this.timelines = new Timelines(runOrderOf(driverType), this.lost);
  }

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
  complete(timeline: Timeline, { start: asked, poolWait, scope }: Asked, outcome: StatementOutcome): void {
    const { sql, parameters, end, failed, error, result } = outcome;
    const { overlap } = timeline;
    const start = overlap === undefined ? asked : overlap.executionStart(asked, end);
    if (overlap !== undefined) this.lost(overlap.takeLost());
    const typeIndex = this.types.indexOf(sql);
    const queued = start - asked;
    const stream = outcome.stream && streamReport(outcome.stream, start);
    const caller = this.callers.take(timeline.event.queryRunner, sql, parameters);
    const timing = { start, end, queued, poolWait };
    const statement = { sql, parameters, typeIndex, ...timing, failed, error, result, stream, scope, caller };
    timeline.scope = scope;
    this.observer.statementCompleted(statement);
    this.transactions?.statementCompleted(timeline, statement);
    if (failed && isClientTimeout(error)) this.followAbandoned(timeline, sql, end);
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

  /** Until the server has finished with it, the connection is busy, and later statements are queued. */
  private followAbandoned(timeline: Timeline, sql: string, gaveUp: number): void {
    const { transaction, overlap } = timeline;
    const ended = (at: number) => {
      if (transaction !== undefined) transaction.busy += at - gaveUp;
    };
    const abandoned = noteAbandoned(timeline.event.queryRunner, sql, ended);
    if (abandoned !== undefined) overlap?.waitFor(abandoned);
  }
}

function streamReport({ rows, firstRowAt, held }: StreamOutcome, start: number): StreamReport {
  return { rows, held, firstRow: firstRowAt === undefined ? undefined : Math.max(0, firstRowAt - start) };
}
