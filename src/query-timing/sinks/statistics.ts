import type { PoolRole } from '../model/completed-query';
import type { KnownStatement } from '../model/known-statement';
import type { Origin } from '../model/origin';
import type { QueryRecord } from '../model/query-record';
import type { PlanCounts, StatementPlan } from '../model/statement-plan';
import { isoTime, monotonicNow, wallClockNow } from '../globals';
import { OTHER, QUERY_TYPES, type QueryType } from '../sql/query-type';
import { DurationDigest, durationCell } from './duration-digest';
import {
  STATEMENT_ORDERS,
  StatementTable,
  type StatementFigures,
  type StatementOrder,
  type StatementWithSpread,
  type Totals,
} from './statement-table';

const PERCENTILES = [0.5, 0.95, 0.99] as const;

/** The row of the digest with the savepoint statements, whose type is OTHER, too. */
const SAVEPOINTS = QUERY_TYPES.length;
const DATA_TYPES = (['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'OTHER'] as const).map((type) =>
  QUERY_TYPES.indexOf(type),
);

/** A statement in the summary. All its figures are exact since it was first counted, except the percentile. */
export interface SlowStatement {
  /** The hash of the normalised statement, as in the log line and in the metrics of top statements. */
  readonly fingerprint: string;
  /** Normalised, at most 2,000 characters. */
  readonly statement: string;
  readonly queryType: QueryType;
  readonly calls: number;
  readonly totalDurationMs: number;
  readonly meanDurationMs: number;
  /** Duration of the slowest execution. */
  readonly maxDurationMs: number;
  /** Accurate to thirteen per cent. */
  readonly p95DurationMs: number;
  /** Rows returned or affected, by all executions together. */
  readonly rows: number;
  /** When the last execution ended, as in `2026-01-31T12:00:00.000Z`. */
  readonly lastSeen: string;
  /** Of the last execution of which it is known: a slow one, or one after that. Undefined if it is not known of any. */
  readonly origin: Origin | undefined;
  /** With the option `explain`, its last captured plan. */
  readonly plan: StatementPlan | undefined;
}

/** All 0 without queries. */
export interface QueryPercentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Some of the statements, counted together. */
export interface StatementTotals {
  readonly total: number;
  readonly totalDurationMs: number;
  /** 0 without statements. */
  readonly averageDurationMs: number;
}

/**
 * Statistics of this process since the start or the last reset. Durations are in milliseconds.
 *
 * Averages, percentages and percentiles are those of data statements: BEGIN, COMMIT, ROLLBACK and the statements of
 * savepoints take next to no time and would hide the others. They are part of all counts.
 */
export interface QueryStatsSummary {
  /** All statements: data statements and {@link transactionControl}. */
  readonly totalQueries: number;
  /** All statements at or above the threshold. */
  readonly slowQueries: number;
  /** Slow data statements, from 0 to 100 per cent of all data statements; 0 without any. */
  readonly slowPercentage: number;
  /** Of all statements. */
  readonly totalDurationMs: number;
  /** Of data statements; 0 without any. */
  readonly averageDurationMs: number;
  /** Failed statements, including timeouts. */
  readonly errors: number;
  readonly timeouts: number;
  /** Connections that could not be acquired, or that were lost while no statement was running. */
  readonly connectionFailures: number;
  /** BEGIN, COMMIT, ROLLBACK, and the statements of savepoints. */
  readonly transactionControl: StatementTotals;
  readonly queriesByType: Readonly<Record<QueryType, number>>;
  /** Of data statements. Accurate to three per cent. */
  readonly percentiles: QueryPercentiles;
  /** Accurate to three per cent. */
  readonly percentilesByType: Readonly<Record<QueryType, QueryPercentiles>>;
  /** The first ten data statements in the order of {@link SummaryOptions.sortBy}, one entry per fingerprint. */
  readonly slowestQueries: readonly SlowStatement[];
  /** Data statements that are counted without their fingerprint, because there are too many different ones. */
  readonly otherStatements: StatementTotals;
  /** Undefined without the option `explain`. */
  readonly plans: PlanCounts | undefined;
}

/** The plans that a DataSource has captured. */
export interface PlanSource {
  readonly counts: PlanCounts;
  /** Of a fingerprint. */
  planOf(fingerprint: string): StatementPlan | undefined;
}

/** Options of `getSummary()`. */
export interface SummaryOptions {
  /**
   * The order of `slowestQueries`, highest first: by the slowest execution, the total time or the number of calls.
   * @defaultValue `'max'`
   */
  readonly sortBy?: StatementOrder;
}

/** In-process statistics. */
export class QueryStats {
  readonly identifiesStatements = true;
  private readonly durations = new DurationDigest(QUERY_TYPES.length + 1);
  private readonly statements = new StatementTable();
  private slow = 0;
  private slowControl = 0;
  private errors = 0;
  private timeouts = 0;
  private connectionFailures = 0;

  count(known: KnownStatement, seconds: number, rows: number, end: number): boolean {
    const cell = durationCell(seconds);
    if (!this.statements.count(known, seconds, cell, rows, end)) return false;
    this.durations.add(digestRowOf(known), cell);
    return true;
  }

  record(query: QueryRecord): void {
    const { known } = query;
    const cell = durationCell(query.seconds);
    this.statements.record(query, cell);
    this.durations.add(digestRowOf(known), cell);
    if (query.slow) {
      this.slow++;
      if (known.transactionControl) this.slowControl++;
    }
    if (query.failed) {
      this.errors++;
      if (query.errorClass === 'timeout') this.timeouts++;
    }
  }

  recordAcquisition(_role: PoolRole, _seconds: number, _newConnection: boolean, failure: unknown): void {
    if (failure !== undefined) this.connectionFailures++;
  }

  recordConnectionLost(): void {
    this.connectionFailures++;
  }

  summary({ sortBy = 'max' }: SummaryOptions = {}, plans?: PlanSource): QueryStatsSummary {
    checkOrder(sortBy);
    const { statements, durations } = this;
    const { data } = statements;
    const control = statements.transactionControl;
    const rowsOf = (row: number) => (row === OTHER ? [OTHER, SAVEPOINTS] : [row]);
    return {
      totalQueries: data.calls + control.calls,
      slowQueries: this.slow,
      slowPercentage: data.calls === 0 ? 0 : ((this.slow - this.slowControl) / data.calls) * 100,
      totalDurationMs: (data.seconds + control.seconds) * 1000,
      averageDurationMs: totals(data).averageDurationMs,
      errors: this.errors,
      timeouts: this.timeouts,
      connectionFailures: this.connectionFailures,
      transactionControl: totals(control),
      queriesByType: byType((row) => rowsOf(row).reduce((sum, each) => sum + durations.count(each), 0)),
      percentiles: this.percentiles(DATA_TYPES),
      percentilesByType: byType((row) => this.percentiles(rowsOf(row))),
      slowestQueries: statements.first(sortBy).map((entry) => ({
        fingerprint: entry.hash,
        statement: entry.text,
        queryType: entry.queryType,
        calls: entry.calls,
        totalDurationMs: entry.seconds * 1000,
        meanDurationMs: (entry.seconds / entry.calls) * 1000,
        maxDurationMs: entry.maxSeconds * 1000,
        p95DurationMs: entry.p95Seconds * 1000,
        rows: entry.rows,
        lastSeen: isoTime(wallClockNow() - (monotonicNow() - entry.lastEnd)),
        origin: entry.origin,
        plan: plans?.planOf(entry.hash),
      })),
      otherStatements: totals(statements.others),
      plans: plans?.counts,
    };
  }

  /**
   * @internal For the page.
   * @param knownCalls by fingerprint
   * @returns the statements whose calls differ
   */
  changedStatements(knownCalls: ReadonlyMap<string, number>): StatementWithSpread[] {
    return this.statements.changed(knownCalls);
  }

  /** @internal For the page. */
  hasStatement(fingerprint: string): boolean {
    return this.statements.has(fingerprint);
  }

  /** @internal For the page: how many data statements there are, by the cell of their duration. */
  durationCells(): Float64Array {
    return this.durations.sumOf(DATA_TYPES);
  }

  /** @internal All statements with their own figures, and the time of all data statements. */
  knownStatements(): { readonly statements: readonly StatementFigures[]; readonly seconds: number } {
    return { statements: this.statements.all(), seconds: this.statements.data.seconds };
  }

  reset(): void {
    this.durations.clear();
    this.statements.clear();
    this.slow = this.slowControl = this.errors = this.timeouts = this.connectionFailures = 0;
  }

  private percentiles(rows: readonly number[]): QueryPercentiles {
    const [p50, p95, p99] = this.durations.percentiles(rows, PERCENTILES).map((seconds) => seconds * 1000);
    return { p50Ms: p50!, p95Ms: p95!, p99Ms: p99! };
  }
}

function digestRowOf({ typeIndex, transactionControl }: KnownStatement): number {
  return transactionControl && typeIndex === OTHER ? SAVEPOINTS : typeIndex;
}

function totals({ calls, seconds }: Totals): StatementTotals {
  const totalDurationMs = seconds * 1000;
  return { total: calls, totalDurationMs, averageDurationMs: calls === 0 ? 0 : totalDurationMs / calls };
}

function byType<T>(figure: (row: number) => T): Record<QueryType, T> {
  return Object.fromEntries(QUERY_TYPES.map((type, row) => [type, figure(row)])) as Record<QueryType, T>;
}

function checkOrder(order: unknown): void {
  if ((STATEMENT_ORDERS as readonly unknown[]).includes(order)) return;
  throw new TypeError(`sortBy: expected ${STATEMENT_ORDERS.join(', ')}, got ${String(order)}`);
}
