import type { PoolRole, QueryContext, StreamFigures, TransactionOutcome } from '../model/completed-query';
import type { KnownStatement } from '../model/known-statement';
import { QueryRecord } from '../model/query-record';
import type { Scope } from '../scopes/scope';
import { ScopeCounter, type ScopeEvents } from '../scopes/scope-counter';
import type { SqlDialect } from '../sql/dialect';
import { fingerprintOf } from '../sql/fingerprint';
import { errorClassOf } from '../sql/error-class';
import { QUERY_TYPES, type QueryTypes } from '../sql/query-type';
import { rowsOf } from '../sql/result-rows';
import { acquisitionFailureOf, type AcquisitionFailure } from '../sql/acquisition-failure';
import { contextReader } from './context-reader';
import { Guard } from './guard';
import { deliver, GuardedSinks } from './guarded-sinks';
import type { InternalFaults, InternalPart } from './internal-faults';
import { KnownStatements } from './known-statements';
import type { RecordSink } from './record-sink';
import type { FastTiming, Observer, StatementReport, StreamReport, SuccessfulStatement } from './observer';
import type { RequestContext } from '../model/request-context';
import type { StatementReading } from '../scopes/known-scoped-statements';
import { Callers } from '../scopes/callers/callers';
import { SlowThreshold, type StatementThreshold } from './slow-threshold';
import { StatementBatch } from './statement-batch';
import { matches, viewsOf, type StatementPattern } from '../model/statement-pattern';
import { applierOf, type StatementRule } from './statement-rules';

/** Statements that sinks may complete while another one is recorded, each inside the one before. */
const MAX_NESTED = 8;
/** A statement that waited as long for its connection leaves the fast lane, which does not count the wait. */
const MIN_POOL_WAIT_MS = 1;

const SELECT = QUERY_TYPES.indexOf('SELECT');

export interface RecorderOptions {
  readonly slowQueryThresholdMs: number | readonly StatementThreshold[];
  readonly ignore: readonly StatementPattern[];
  readonly normalize?: readonly StatementRule[];
  readonly context?: (() => QueryContext | undefined) | undefined;
}

/**
 * Passes what the probes report to the sinks, on two lanes (see the README of this folder). Code of the application that
 * runs meanwhile (a sink, a logger, the option `context`) may call anything, so each statement has a separate record
 * until all sinks have seen it.
 */
export class QueryRecorder implements Observer {
  private scopes: ScopeCounter | undefined;
  private threshold!: SlowThreshold;
  private fastLane = true;
  /** Milliseconds below which a statement stays on the fast lane. 0 closes it: the clock is monotonic. */
  private fastLaneLimit = 0;
  private readonly batch = new StatementBatch(
    (sql, start, end, rows) => this.count(sql, start, end, rows),
    (error) => this.probeFailed('query_probe', error),
  );
  /** Reused, so that recording allocates nothing. Undefined while it is in use: another statement then gets a new one. */
  private spareRecord: QueryRecord | undefined;
  /** Records in use. */
  private nested = 0;
  /** What waits until none is. */
  private readonly postponed: (() => void)[] = [];
  private readonly readContext: () => RequestContext | undefined;
  private readonly patternGuard: Guard;
  private readonly sinks: GuardedSinks;
  private readonly statements: KnownStatements;
  private readonly applyRules: ((statement: string) => string) | undefined;
  /** A sink counts by statement, with the rows. */
  private identifies = false;

  constructor(
    private readonly dataSource: string,
    private readonly dialect: SqlDialect,
    private readonly types: QueryTypes,
    { slowQueryThresholdMs, ignore, normalize = [], context }: RecorderOptions,
    private readonly faults: InternalFaults,
    private readonly callers: Callers = new Callers(),
  ) {
    this.setThreshold(new SlowThreshold(slowQueryThresholdMs));
    this.sinks = new GuardedSinks(faults);
    this.readContext = contextReader(context, faults);
    this.patternGuard = new Guard('patterns', faults);
    const isIgnored = (sql: string) => this.patternGuard.run(() => isMatched(ignore, sql), false);
    this.statements = new KnownStatements(dialect, types, ignore.length > 0 ? isIgnored : undefined);
    this.statements.setIdentify(false);
    if (normalize.length > 0) {
      const apply = applierOf(normalize);
      this.applyRules = (statement) => this.patternGuard.run(() => apply(statement), statement);
    }
  }

  /**
   * Counts statements in the scopes in which they began, too.
   *
   * @param reading must not throw
   */
  countInScopes(reading: Pick<StatementReading, 'repeatedFrom' | 'repetition'>, events: ScopeEvents): ScopeCounter {
    this.statements.setIdentify(true);
    const { dataSource } = this;
    const known = (sql: string, now: number) => this.statements.of(sql, now);
    const normalised = (sql: string) => this.normalised(sql);
    return (this.scopes = new ScopeCounter({ dataSource, known, normalised, ...reading }, events));
  }

  /** @param delivered the sinks that have this scope from another DataSource */
  scopeClosed(scope: Scope, delivered: Set<unknown>): void {
    this.sinks.notify('recordScope', (sink) => sink.recordScope(scope), delivered);
  }

  scopeOutlived(scope: Scope, sql: string): void {
    this.sinks.notify('recordLateStatement', (sink) => sink.recordLateStatement(scope, this.normalised(sql)));
  }

  /**
   * @param name for log lines, if there may be several of a part
   * @param identity of a custom sink, which several DataSources may have in common
   */
  add(part: InternalPart, sink: RecordSink, name?: string, identity: unknown = part): void {
    this.sinks.add(part, sink, name, identity);
    this.identifies ||= sink.identifiesStatements === true;
    this.statements.setIdentify(this.identifies || this.scopes !== undefined);
  }

  remove(sink: RecordSink): void {
    this.sinks.remove(sink);
  }

  /** Runs it now, or after the statement that is being recorded: what it changes must not miss a part of that one. */
  betweenStatements(action: () => void): void {
    if (this.nested === 0) action();
    else this.postponed.push(action);
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

  statementCompletedFast(event: SuccessfulStatement, timing: FastTiming, end: number): void {
    const { start } = timing;
    if (end - start < this.fastLaneLimit && timing.poolWait < MIN_POOL_WAIT_MS) {
      const rows = this.identifies ? (rowsOf(event.rawResults, SELECT) ?? 0) : 0;
      this.batch.add(event.query, start, end, rows);
      const { scope } = timing;
      if (scope !== undefined) {
        this.scopes!.count(scope, event.query, end - start, end, false, event.rawResults, undefined);
      }
      this.callers.take(event.queryRunner, event.query, event.parameters);
    } else this.leaveFastLane(event, timing, end);
  }

  private leaveFastLane(event: SuccessfulStatement, timing: FastTiming, end: number): void {
    const { query, parameters } = event;
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
      result: event.rawResults,
      stream: undefined,
      scope: timing.scope,
      caller: this.callers.take(event.queryRunner, query, parameters),
    });
  }

  /** The end of the fast lane. */
  private count(sql: string, start: number, end: number, rows: number): void {
    const known = this.statements.of(sql, end);
    if (known.ignored) return;
    const seconds = end > start ? (end - start) / 1000 : 0;
    const { counting } = this.sinks;
    let record: QueryRecord | undefined;
    // By index: an iterator compiles to several times as much code.
    for (let i = 0; i < counting.length; i++) {
      const guarded = counting[i]!;
      const { sink, methodGuard } = guarded;
      if (!methodGuard.healthy && !methodGuard.admits(end)) continue;
      try {
        if (!sink.count(known, seconds, rows, end)) {
          record ??= this.fastRecord(known, sql, seconds, rows, end);
          deliver(record, guarded);
        }
        if (!methodGuard.healthy) methodGuard.succeeded();
      } catch (error) {
        methodGuard.failed(error, end);
      }
    }
    if (record !== undefined) this.release(record);
  }

  statementCompleted(statement: StatementReport): void {
    const { sql, start, end, queued, failed, error, stream, scope } = statement;
    const known = this.statements.of(sql, end);
    if (known.ignored) return;
    const executed = end - start - (stream === undefined ? 0 : stream.held);
    if (scope !== undefined) {
      this.scopes!.count(scope, sql, executed, end, failed, statement.result, stream?.rows);
    }
    const seconds = executed > 0 ? executed / 1000 : 0;
    let slow = false;
    let thresholdSeconds = this.threshold.lowestSeconds;
    if (seconds >= thresholdSeconds) {
      thresholdSeconds = this.thresholdOf(sql);
      slow = seconds >= thresholdSeconds;
      if (slow) this.callers.noteSlow(sql);
    }
    const record = this.takeRecord();
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
    record.stream = stream && figuresOf(stream);
    record.scope = statement.scope;
    record.caller = statement.caller;
    // A sink that runs a statement for each statement would never end: the innermost ones are counted and no more.
    const sinks = this.nested > MAX_NESTED ? this.sinks.counting : this.sinks.all;
    for (const guarded of sinks) deliver(record, guarded);
    this.release(record);
  }

  transactionEnded(outcome: TransactionOutcome, duration: number, idle: number, scope: Scope | undefined): void {
    scope?.addTransaction(duration / 1000);
    this.sinks.notify('recordTransaction', (sink) => sink.recordTransaction(outcome, duration / 1000, idle / 1000));
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
    this.sinks.notify('recordAcquisition', (sink) =>
      sink.recordAcquisition(role, waited / 1000, newConnection, failure),
    );
  }

  /** Whatever the server gave as the reason (a time-out of the transaction, too), it is the connection that is gone. */
  connectionLost(): void {
    this.sinks.notify('recordConnectionLost', (sink) => sink.recordConnectionLost('connection'));
  }

  probeFailed(part: InternalPart, error?: unknown): void {
    this.faults.add(part, error);
  }

  normalised(sql: string): string {
    const statement = fingerprintOf(sql, this.dialect);
    return this.applyRules === undefined ? statement : this.applyRules(statement);
  }

  private takeRecord(): QueryRecord {
    const record =
      this.spareRecord ?? new QueryRecord(this.dataSource, this.dialect, this.readContext, this.applyRules);
    this.spareRecord = undefined;
    this.nested++;
    return record;
  }

  private release(record: QueryRecord): void {
    record.clear();
    this.spareRecord = record;
    if (--this.nested === 0 && this.postponed.length > 0) for (const action of this.postponed.splice(0)) action();
  }

  /** Sets only what differs on the fast lane: storing objects in a long-lived one costs the garbage collector. */
  private fastRecord(known: KnownStatement, sql: string, seconds: number, rows: number, end: number): QueryRecord {
    const record = this.takeRecord();
    record.known = known;
    record.sql = sql;
    record.seconds = seconds;
    record.rows = rows;
    record.endedAt = end;
    record.thresholdSeconds = this.threshold.lowestSeconds;
    return record;
  }

  private thresholdOf(sql: string): number {
    return this.patternGuard.run(() => this.threshold.secondsFor(sql), this.threshold.lowestSeconds);
  }
}

function isMatched(patterns: readonly StatementPattern[], sql: string): boolean {
  const views = viewsOf(sql);
  return patterns.some((pattern) => matches(pattern, views));
}

function figuresOf({ firstRow, rows, held }: StreamReport): StreamFigures {
  return { firstRowSeconds: firstRow === undefined ? undefined : firstRow / 1000, rows, readerSeconds: held / 1000 };
}
