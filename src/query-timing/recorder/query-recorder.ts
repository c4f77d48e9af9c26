import type { AfterQueryEvent } from 'typeorm';
import type { PoolRole, QueryContext, Sink, StreamFigures, TransactionOutcome } from '../model/completed-query';
import type { InternalFaults, InternalPart } from './internal-faults';
import type { Observer } from './observer';
import type { Timeline } from '../probes/timeline';
import { QueryRecord } from '../model/query-record';
import type { CompleteOptions } from '../options';
import type { SqlDialect } from '../sql/dialect';
import { errorClassOf } from '../sql/error-class';
import type { QueryTypes } from '../sql/query-type';
import { StatementBatch } from './statement-batch';
import { matches, SlowThreshold } from './statement-pattern';

const FAULTS_BEFORE_SWITCH_OFF = 10;

/** What a sink of the library looks like: it reads the one record while it is called, and keeps nothing of it. */
export interface RecordSink {
  record(query: QueryRecord): void;
  /**
   * Counts an ordinary statement: a success that is not slow, waited for no other and is no stream. Without it such
   * statements are passed over.
   *
   * @returns false when it must see the record first; then nothing has been counted
   */
  count?(typeIndex: number, seconds: number, sql: string): boolean;
  /** As {@link Sink.recordTransaction}, without an object. */
  recordTransaction?(outcome: TransactionOutcome, seconds: number, idleSeconds: number): void;
  /** As {@link Sink.recordAcquisition}, without an object. */
  recordAcquisition?(role: PoolRole, seconds: number, failed: boolean, newConnection: boolean): void;
}

interface GuardedSink<S extends RecordSink = RecordSink> {
  readonly part: InternalPart;
  readonly sink: S;
  faults: number;
}

/** Those sinks that have a method which not all have. */
type Guarded<M extends keyof RecordSink> = readonly GuardedSink<RecordSink & Required<Pick<RecordSink, M>>>[];

/** Hands what the probes see to the sinks. A sink that throws is counted, and after ten faults it is asked no more. */
export class QueryRecorder implements Observer {
  private threshold!: SlowThreshold;
  private wantsAll = false;
  /** What takes less is ordinary. At 0 nothing is: the clock never steps back. */
  private ordinaryMilliseconds = 0;
  private readonly batch = new StatementBatch((sql, start, end) => this.count(sql, start, end));
  private readonly record: QueryRecord;
  private sinks: readonly GuardedSink[] = [];
  private counting: Guarded<'count'> = [];
  private ofTransactions: Guarded<'recordTransaction'> = [];
  private ofAcquisitions: Guarded<'recordAcquisition'> = [];
  private readonly ignored: CompleteOptions['ignore'] | undefined;

  constructor(
    dataSource: string,
    dialect: SqlDialect,
    private readonly types: QueryTypes,
    { slowQueryThresholdMs, ignore, context }: CompleteOptions,
    private readonly faults: InternalFaults,
  ) {
    this.setThreshold(new SlowThreshold(slowQueryThresholdMs));
    this.ignored = ignore.length > 0 ? ignore : undefined;
    this.record = new QueryRecord(dataSource, dialect, context && guardedContext(context, faults));
  }

  add(part: InternalPart, sink: RecordSink): void {
    this.tell([...this.sinks, { part, sink, faults: 0 }]);
  }

  setThreshold(threshold: SlowThreshold): void {
    this.threshold = threshold;
    this.ordinaryMilliseconds = this.wantsAll ? 0 : threshold.lowestSeconds * 1000;
  }

  /** Whether a sink looks at the parameters or the wait for the pool of every statement, not of slow and failed ones alone. */
  setWantsAll(wantsAll: boolean): void {
    this.wantsAll = wantsAll;
    this.setThreshold(this.threshold);
  }

  /** Counts what is waiting for that: to be called before somebody reads what the sinks have counted. */
  settle(): void {
    this.batch.empty();
  }

  statementSucceeded({ query, parameters }: AfterQueryEvent, timeline: Timeline, end: number): void {
    const { start } = timeline;
    if (end - start < this.ordinaryMilliseconds) {
      this.batch.add(query, start, end);
      return;
    }
    const type = this.types.indexOf(query);
    this.statementEnded(query, parameters, type, start, end, 0, timeline.poolSeconds, false, undefined, undefined);
  }

  /** An ordinary statement: it goes to those sinks that count. */
  private count(sql: string, start: number, end: number): void {
    if (this.ignored !== undefined && this.isIgnored(sql)) return;
    const typeIndex = this.types.indexOf(sql);
    const seconds = end > start ? (end - start) / 1000 : 0;
    const { counting } = this;
    // By index: an iterator is several times as much code for V8.
    for (let i = 0; i < counting.length; i++) {
      const guarded = counting[i]!;
      try {
        if (!guarded.sink.count(typeIndex, seconds, sql))
          this.recordOrdinary(guarded.sink, typeIndex, seconds, sql, end);
      } catch {
        this.sinkFailed(guarded);
      }
    }
    if (this.record.used) this.record.clear();
  }

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
  ): void {
    if (this.ignored !== undefined && this.isIgnored(sql)) return;
    const { record, threshold } = this;
    const seconds = end > start ? (end - start) / 1000 : 0;
    let slow = false;
    let thresholdSeconds = threshold.lowestSeconds;
    if (seconds >= thresholdSeconds) {
      thresholdSeconds = threshold.secondsFor(sql);
      slow = seconds >= thresholdSeconds;
    }
    record.sql = sql;
    record.typeIndex = typeIndex;
    record.seconds = seconds;
    record.queuedSeconds = queued > 0 ? queued / 1000 : 0;
    record.endedAt = end;
    record.slow = slow;
    record.thresholdSeconds = thresholdSeconds;
    record.parameters = parameters;
    record.failed = failed;
    record.error = error;
    record.errorClass = failed ? errorClassOf(error) : undefined;
    record.poolSeconds = poolSeconds;
    record.stream = stream;
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
    for (const guarded of this.ofTransactions) {
      try {
        guarded.sink.recordTransaction(outcome, duration / 1000, idle / 1000);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  connectionAcquired(role: PoolRole, waited: number, failed: boolean, newConnection: boolean): void {
    for (const guarded of this.ofAcquisitions) {
      try {
        guarded.sink.recordAcquisition(role, waited / 1000, failed, newConnection);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  probeFailed(part: InternalPart): void {
    this.faults.add(part);
  }

  private tell(sinks: readonly GuardedSink[]): void {
    this.sinks = sinks;
    this.counting = having(sinks, 'count');
    this.ofTransactions = having(sinks, 'recordTransaction');
    this.ofAcquisitions = having(sinks, 'recordAcquisition');
  }

  private sinkFailed(guarded: GuardedSink): void {
    this.faults.add(guarded.part);
    if (++guarded.faults < FAULTS_BEFORE_SWITCH_OFF) return;
    this.tell(this.sinks.filter((other) => other !== guarded));
  }

  /** The record has only what such a statement needs: objects put into something long-lived cost the garbage collector. */
  private recordOrdinary(sink: RecordSink, typeIndex: number, seconds: number, sql: string, end: number): void {
    const { record } = this;
    record.used = true;
    record.sql = sql;
    record.typeIndex = typeIndex;
    record.seconds = seconds;
    record.endedAt = end;
    record.thresholdSeconds = this.threshold.lowestSeconds;
    sink.record(record);
  }

  private isIgnored(sql: string): boolean {
    return this.ignored!.some((pattern) => matches(pattern, sql));
  }
}

function having<M extends keyof RecordSink>(sinks: readonly GuardedSink[], method: M): Guarded<M> {
  return sinks.filter(({ sink }) => sink[method] !== undefined) as unknown as Guarded<M>;
}

/** A sink of the application's, which may keep what it gets: so it gets copies, and objects. */
export function withCopies(sink: Sink, dataSource: string): RecordSink {
  return {
    record: (query) => sink.record(query.copy()),
    recordTransaction: (outcome, seconds, idleSeconds) =>
      sink.recordTransaction?.({ dataSource, outcome, seconds, idleSeconds }),
    recordAcquisition: (role, seconds, failed, newConnection) =>
      sink.recordAcquisition?.({ dataSource, role, seconds, failed, newConnection }),
  };
}

function guardedContext(ask: () => QueryContext | undefined, faults: InternalFaults) {
  return () => {
    try {
      return ask();
    } catch {
      faults.add('context');
      return undefined;
    }
  };
}
