import type { AfterQueryEvent } from 'typeorm';
import type {
  CompletedTransaction,
  PoolAcquisition,
  PoolRole,
  QueryContext,
  Sink,
  StreamFigures,
  TransactionOutcome,
} from './completed-query';
import type { InternalFaults, InternalPart } from './internal-faults';
import type { Observer } from './probes/observer';
import { QueryRecord } from './query-record';
import type { CompleteOptions } from './query-timing.options';
import type { SqlDialect } from './sql/dialect';
import { errorClassOf } from './sql/error-class';
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
  recordTransaction?(transaction: CompletedTransaction): void;
  recordAcquisition?(acquisition: PoolAcquisition): void;
}

interface GuardedSink<S extends RecordSink = RecordSink> {
  readonly part: InternalPart;
  readonly sink: S;
  faults: number;
}

type CountingSink = RecordSink & Required<Pick<RecordSink, 'count'>>;

/** Hands what the probes see to the sinks. A sink that throws is counted, and after ten faults it is asked no more. */
export class QueryRecorder implements Observer {
  threshold: SlowThreshold;
  /** A sink looks at the parameters or the wait for the pool of every statement, not of slow and failed ones alone. */
  wantsAll = false;
  private readonly record: QueryRecord;
  private sinks: readonly GuardedSink[] = [];
  private counting: readonly GuardedSink<CountingSink>[] = [];
  private readonly ignored: CompleteOptions['ignore'] | undefined;

  constructor(
    private readonly dataSource: string,
    dialect: SqlDialect,
    { slowQueryThresholdMs, ignore, context }: CompleteOptions,
    private readonly faults: InternalFaults,
  ) {
    this.threshold = new SlowThreshold(slowQueryThresholdMs);
    this.ignored = ignore.length > 0 ? ignore : undefined;
    this.record = new QueryRecord(dataSource, dialect, context && guardedContext(context, faults));
  }

  add(part: InternalPart, sink: RecordSink): void {
    const guarded = { part, sink, faults: 0 };
    this.sinks = [...this.sinks, guarded];
    if (isCounting(guarded)) this.counting = [...this.counting, guarded];
  }

  statementSucceeded(event: AfterQueryEvent, typeIndex: number, start: number, end: number, poolSeconds: number): void {
    const seconds = end > start ? (end - start) / 1000 : 0;
    const { query: sql } = event;
    if (seconds >= this.threshold.lowestSeconds || this.wantsAll) {
      this.statementEnded(sql, event.parameters, typeIndex, start, end, 0, poolSeconds, false, undefined, undefined);
      return;
    }
    if (this.ignored !== undefined && this.isIgnored(sql)) return;
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
    this.each((sink) => sink.record(record));
    record.clear();
  }

  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number): void {
    const { dataSource } = this;
    const transaction = { dataSource, outcome, seconds: duration / 1000, idleSeconds: idle / 1000 };
    this.each((sink) => sink.recordTransaction?.(transaction));
  }

  connectionAcquired(role: PoolRole, waited: number, failed: boolean, newConnection: boolean): void {
    const { dataSource } = this;
    const acquisition = { dataSource, role, seconds: waited / 1000, failed, newConnection };
    this.each((sink) => sink.recordAcquisition?.(acquisition));
  }

  probeFailed(part: InternalPart): void {
    this.faults.add(part);
  }

  private each(tell: (sink: RecordSink) => void): void {
    for (const guarded of this.sinks) {
      try {
        tell(guarded.sink);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  private sinkFailed(guarded: GuardedSink): void {
    this.faults.add(guarded.part);
    if (++guarded.faults < FAULTS_BEFORE_SWITCH_OFF) return;
    this.sinks = this.sinks.filter((other) => other !== guarded);
    this.counting = this.counting.filter((other) => other !== guarded);
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

function isCounting(guarded: GuardedSink): guarded is GuardedSink<CountingSink> {
  return guarded.sink.count !== undefined;
}

/** A sink of the application's, which may keep what it gets: so it gets copies. */
export function withCopies(sink: Sink): RecordSink {
  return {
    record: (query) => sink.record(query.copy()),
    recordTransaction: (transaction) => sink.recordTransaction?.(transaction),
    recordAcquisition: (acquisition) => sink.recordAcquisition?.(acquisition),
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
