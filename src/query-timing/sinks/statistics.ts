import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import type { QueryRecord } from '../query-record';

/** Statements kept in the list of the slowest. */
const SLOWEST_KEPT = 10;
const SUMMARY_STATEMENT_LENGTH = 200;

export interface SlowStatement {
  /** Without literals, at most 200 characters. */
  readonly statement: string;
  readonly queryType: QueryType;
  /** Its slowest execution. */
  readonly maxDurationMs: number;
}

/** What the process has seen since the start or the last reset. */
export interface QueryStatsSummary {
  readonly totalQueries: number;
  readonly slowQueries: number;
  /** 0 to 100; 0 without a query. */
  readonly slowPercentage: number;
  readonly totalDurationMs: number;
  /** 0 without a query. */
  readonly averageDurationMs: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly queriesByType: Readonly<Record<QueryType, number>>;
  /** The ten slowest, slowest first, one entry a statement. */
  readonly slowestQueries: readonly SlowStatement[];
}

/** Statistics in the process: counts, and which statements are the slowest. */
export class QueryStats {
  private readonly counts = new Float64Array(QUERY_TYPES.length);
  private totalSeconds = 0;
  private slow = 0;
  private errors = 0;
  private timeouts = 0;
  private slowest: SlowStatement[] = [];
  /** A statement faster than this cannot enter the list. */
  private gate = 0;

  record(query: QueryRecord): void {
    this.counts[query.typeIndex]! += 1;
    this.totalSeconds += query.seconds;
    if (query.slow) this.slow++;
    if (query.failed) {
      this.errors++;
      if (query.errorClass === 'timeout') this.timeouts++;
    }
    if (query.seconds > this.gate) this.remember(query);
  }

  summary(): QueryStatsSummary {
    const totalQueries = this.counts.reduce((sum, count) => sum + count, 0);
    const perQuery = (figure: number) => (totalQueries === 0 ? 0 : figure / totalQueries);
    return {
      totalQueries,
      slowQueries: this.slow,
      slowPercentage: perQuery(this.slow) * 100,
      totalDurationMs: this.totalSeconds * 1000,
      averageDurationMs: perQuery(this.totalSeconds * 1000),
      errors: this.errors,
      timeouts: this.timeouts,
      queriesByType: Object.fromEntries(QUERY_TYPES.map((type, i) => [type, this.counts[i]!])) as Record<
        QueryType,
        number
      >,
      slowestQueries: this.slowest.map((entry) => ({
        ...entry,
        statement: entry.statement.slice(0, SUMMARY_STATEMENT_LENGTH),
      })),
    };
  }

  reset(): void {
    this.counts.fill(0);
    this.totalSeconds = this.slow = this.errors = this.timeouts = this.gate = 0;
    this.slowest = [];
  }

  private remember(query: QueryRecord): void {
    const maxDurationMs = query.seconds * 1000;
    const statement = query.fingerprint;
    const others = this.slowest.filter((entry) => entry.statement !== statement);
    const known = this.slowest.find((entry) => entry.statement === statement);
    if (known && known.maxDurationMs >= maxDurationMs) return;
    this.slowest = [...others, { statement, queryType: query.type, maxDurationMs }]
      .sort((a, b) => b.maxDurationMs - a.maxDurationMs)
      .slice(0, SLOWEST_KEPT);
    if (this.slowest.length === SLOWEST_KEPT) this.gate = this.slowest[SLOWEST_KEPT - 1]!.maxDurationMs / 1000;
  }
}
