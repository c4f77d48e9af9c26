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
  recordTransaction?(transaction: CompletedTransaction): void;
  recordAcquisition?(acquisition: PoolAcquisition): void;
}

interface GuardedSink {
  readonly part: InternalPart;
  readonly sink: RecordSink;
  faults: number;
}

/** Hands what the probes see to the sinks. A sink that throws is counted, and after ten faults it is asked no more. */
export class QueryRecorder implements Observer {
  threshold: SlowThreshold;
  /** A sink looks at the parameters or the wait for the pool of every statement, not of slow and failed ones alone. */
  wantsAll = false;
  private readonly record: QueryRecord;
  private readonly sinks: GuardedSink[] = [];
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
    this.sinks.push({ part, sink, faults: 0 });
  }

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
    // Few statements need more than that, and each object put into this long-lived one costs the garbage collector.
    if (slow || failed || stream !== undefined || this.wantsAll) {
      record.used = true;
      record.parameters = parameters;
      record.failed = failed;
      record.error = error;
      record.errorClass = failed ? errorClassOf(error) : undefined;
      record.firstOf = firstOf;
      record.stream = stream;
    }
    for (const guarded of this.sinks) {
      if (guarded.faults >= FAULTS_BEFORE_SWITCH_OFF) continue;
      try {
        guarded.sink.record(record);
      } catch {
        this.sinkFailed(guarded);
      }
    }
    record.sql = '';
    if (record.used) record.clear();
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
      if (guarded.faults >= FAULTS_BEFORE_SWITCH_OFF) continue;
      try {
        tell(guarded.sink);
      } catch {
        this.sinkFailed(guarded);
      }
    }
  }

  private sinkFailed(guarded: GuardedSink): void {
    guarded.faults++;
    this.faults.add(guarded.part);
  }

  private isIgnored(sql: string): boolean {
    return this.ignored!.some((pattern) => matches(pattern, sql));
  }
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
