import type { AfterQueryEvent } from 'typeorm';
import type { PoolRole, QueryContext, Sink, TransactionOutcome } from '../model/completed-query';
import type { KnownStatement } from '../model/known-statement';
import { QueryRecord } from '../model/query-record';
import type { SqlDialect } from '../sql/dialect';
import { errorClassOf, type ErrorClass } from '../sql/error-class';
import { QUERY_TYPES, type QueryTypes } from '../sql/query-type';
import { acquisitionFailureOf, type AcquisitionFailure } from '../sql/acquisition-failure';
import { rowsOf } from '../sql/result-rows';
import type { InternalFaults, InternalPart } from './internal-faults';
import { KnownStatements } from './known-statements';
import type { FastTiming, Observer, StatementReport } from './observer';
import { SlowThreshold, type StatementThreshold } from './slow-threshold';
import { StatementBatch } from './statement-batch';
import type { StatementPattern } from './statement-pattern';

const MAX_SINK_FAULTS = 10;
const SELECT = QUERY_TYPES.indexOf('SELECT');

/** The interface of the library's own sinks. They read the shared record during the call and keep nothing of it. */
export interface RecordSink {
  /** Full lane. */
  record(query: QueryRecord): void;
  /**
   * Fast lane. A sink without this method does not see fast statements.
   *
   * @param rows returned or changed, as far as the driver reports it
   * @param end in milliseconds of the monotonic clock
   * @returns false to receive the statement by {@link record} instead; then nothing has been counted
   */
  count?(known: KnownStatement, seconds: number, rows: number, end: number): boolean;
  /** Like {@link Sink.recordTransaction}, without an object. */
  recordTransaction?(outcome: TransactionOutcome, seconds: number, idleSeconds: number): void;
  /** Like {@link Sink.recordAcquisition}, without an object. */
  recordAcquisition?(
    role: PoolRole,
    seconds: number,
    newConnection: boolean,
    failure: AcquisitionFailure | undefined,
  ): void;
  /** A connection was lost while no statement ran on it. */
  recordConnectionLost?(errorClass: ErrorClass): void;
}

interface GuardedSink<S extends RecordSink = RecordSink> {
  readonly part: InternalPart;
  readonly sink: S;
  faults: number;
}

/** The sinks that implement an optional method. */
type Guarded<M extends keyof RecordSink> = readonly GuardedSink<RecordSink & Required<Pick<RecordSink, M>>>[];

export interface RecorderOptions {
  readonly slowQueryThresholdMs: number | readonly StatementThreshold[];
  readonly ignore: readonly StatementPattern[];
  readonly context?: (() => QueryContext | undefined) | undefined;
}

/**
 * Passes what the probes report to the sinks, on two lanes (see the README of this folder). An error of a sink is
 * counted; after ten errors the sink is removed.
 */
export class QueryRecorder implements Observer {
  private threshold!: SlowThreshold;
  private fastLane = true;
  /** Milliseconds below which a statement stays on the fast lane. 0 closes it: the clock is monotonic. */
  private fastLaneLimit = 0;
  private readonly batch = new StatementBatch((sql, start, end, rows) => this.count(sql, start, end, rows));
  private readonly record: QueryRecord;
  private sinks: readonly GuardedSink[] = [];
  private countingSinks: Guarded<'count'> = [];
  private transactionSinks: Guarded<'recordTransaction'> = [];
  private acquisitionSinks: Guarded<'recordAcquisition'> = [];
  private connectionLossSinks: Guarded<'recordConnectionLost'> = [];
  private readonly statements: KnownStatements;

  constructor(
    dataSource: string,
    dialect: SqlDialect,
    private readonly types: QueryTypes,
    { slowQueryThresholdMs, ignore, context }: RecorderOptions,
    private readonly faults: InternalFaults,
  ) {
    this.setThreshold(new SlowThreshold(slowQueryThresholdMs));
    this.statements = new KnownStatements(dialect, types, ignore);
    this.record = new QueryRecord(dataSource, dialect, context && guardedContext(context, faults));
  }

  add(part: InternalPart, sink: RecordSink): void {
    this.setSinks([...this.sinks, { part, sink, faults: 0 }]);
  }

  setThreshold(threshold: SlowThreshold): void {
    this.threshold = threshold;
    this.fastLaneLimit = this.fastLane ? threshold.lowestSeconds * 1000 : 0;
  }

  /** Closes the fast lane for sinks that read the parameters or the pool wait of every statement. */
  setFastLane(open: boolean): void {
    this.fastLane = open;
    this.setThreshold(this.threshold);
  }

  /** Counts the statements of an incomplete batch. Call it before reading what the sinks have counted. */
  flush(): void {
    this.batch.flush();
  }

  statementCompletedFast(event: AfterQueryEvent, timing: FastTiming, end: number): void {
    const { start } = timing;
    if (end - start < this.fastLaneLimit)
      this.batch.add(event.query, start, end, rowsOf(event.rawResults, SELECT) ?? 0);
    else this.leaveFastLane(event, timing, end);
  }

  private leaveFastLane({ query, parameters, rawResults }: AfterQueryEvent, timing: FastTiming, end: number): void {
    this.statementCompleted({
      sql: query,
      parameters,
      typeIndex: this.types.indexOf(query),
      start: timing.start,
      end,
      queued: 0,
      poolWait: timing.poolWait,
      failed: false,
      error: undefined,
      result: rawResults,
      stream: undefined,
    });
  }

  /** The end of the fast lane. */
  private count(sql: string, start: number, end: number, rows: number): void {
    const known = this.statements.of(sql, end);
    if (known.ignored) return;
    const seconds = end > start ? (end - start) / 1000 : 0;
    const { countingSinks } = this;
    // By index: an iterator compiles to several times as much code.
    for (let i = 0; i < countingSinks.length; i++) {
      const guarded = countingSinks[i]!;
      try {
        if (!guarded.sink.count(known, seconds, rows, end))
          this.recordFast(guarded.sink, known, sql, seconds, rows, end);
      } catch {
        this.sinkFailed(guarded);
      }
    }
    if (this.record.used) this.record.clear();
  }

  statementCompleted(statement: StatementReport): void {
    const { sql, start, end, queued, failed, error, stream } = statement;
    const known = this.statements.of(sql, end);
    if (known.ignored) return;
    const { record, threshold } = this;
    const seconds = end > start ? (end - start) / 1000 : 0;
    let slow = false;
    let thresholdSeconds = threshold.lowestSeconds;
    if (seconds >= thresholdSeconds) {
      thresholdSeconds = threshold.secondsFor(sql);
      slow = seconds >= thresholdSeconds;
    }
    record.known = known;
    record.sql = sql;
    record.seconds = seconds;
    record.rows = stream === undefined ? rowsOf(statement.result, known.typeIndex) : stream.rows;
    record.queuedSeconds = queued > 0 ? queued / 1000 : 0;
    record.endedAt = end;
    record.slow = slow;
    record.thresholdSeconds = thresholdSeconds;
    record.parameters = statement.parameters;
    record.failed = failed;
    record.error = error;
    record.errorClass = failed ? errorClassOf(error) : undefined;
    record.poolSeconds = statement.poolWait / 1000;
    record.stream = stream && { firstRowSeconds: secondsOf(stream.firstRow), rows: stream.rows };
    for (const guarded of this.sinks) {
      try {
        guarded.sink.record(record);
      } catch {
        this.sinkFailed(guarded);
      }
    }
    record.clear();
  }

  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number): void {
    for (const guarded of this.transactionSinks) {
      try {
        guarded.sink.recordTransaction(outcome, duration / 1000, idle / 1000);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  connectionAcquired(role: PoolRole, waited: number, newConnection: boolean): void {
    this.recordAcquisition(role, waited, newConnection, undefined);
  }

  acquisitionFailed(role: PoolRole, waited: number, error: unknown): void {
    this.recordAcquisition(role, waited, false, acquisitionFailureOf(error));
  }

  private recordAcquisition(
    role: PoolRole,
    waited: number,
    newConnection: boolean,
    failure: AcquisitionFailure | undefined,
  ): void {
    for (const guarded of this.acquisitionSinks) {
      try {
        guarded.sink.recordAcquisition(role, waited / 1000, newConnection, failure);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  /** Whatever the server gave as the reason (a time-out of the transaction, too), it is the connection that is gone. */
  connectionLost(): void {
    for (const guarded of this.connectionLossSinks) {
      try {
        guarded.sink.recordConnectionLost('connection');
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  probeFailed(part: InternalPart): void {
    this.faults.add(part);
  }

  private setSinks(sinks: readonly GuardedSink[]): void {
    this.sinks = sinks;
    this.countingSinks = having(sinks, 'count');
    this.transactionSinks = having(sinks, 'recordTransaction');
    this.acquisitionSinks = having(sinks, 'recordAcquisition');
    this.connectionLossSinks = having(sinks, 'recordConnectionLost');
  }

  private sinkFailed(guarded: GuardedSink): void {
    this.faults.add(guarded.part);
    if (++guarded.faults < MAX_SINK_FAULTS) return;
    this.setSinks(this.sinks.filter((other) => other !== guarded));
  }

  /** Sets only what differs on the fast lane: storing objects in a long-lived one costs the garbage collector. */
  private recordFast(sink: RecordSink, known: KnownStatement, sql: string, seconds: number, rows: number, end: number) {
    const { record } = this;
    record.used = true;
    record.known = known;
    record.sql = sql;
    record.seconds = seconds;
    record.rows = rows;
    record.endedAt = end;
    record.thresholdSeconds = this.threshold.lowestSeconds;
    sink.record(record);
  }
}

function secondsOf(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

function having<M extends keyof RecordSink>(sinks: readonly GuardedSink[], method: M): Guarded<M> {
  return sinks.filter(({ sink }) => sink[method] !== undefined) as unknown as Guarded<M>;
}

/** Adapts a custom sink. It may keep what it receives, so it receives copies and objects. */
export function withCopies(sink: Sink, dataSource: string): RecordSink {
  return {
    record: (query) => sink.record(query.copy()),
    recordTransaction: (outcome, seconds, idleSeconds) =>
      sink.recordTransaction?.({ dataSource, outcome, seconds, idleSeconds }),
    recordAcquisition: (role, seconds, newConnection, failure) =>
      sink.recordAcquisition?.({
        dataSource,
        role,
        seconds,
        failed: failure !== undefined,
        reason: failure?.reason,
        newConnection,
      }),
  };
}

function guardedContext(context: () => QueryContext | undefined, faults: InternalFaults) {
  return () => {
    try {
      return context();
    } catch {
      faults.add('context');
      return undefined;
    }
  };
}
