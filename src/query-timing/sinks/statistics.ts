import type { QueryRecord } from '../model/query-record';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import { DurationDigest } from './duration-digest';
import { SlowestStatements } from './slowest-statements';

const SUMMARY_STATEMENT_LENGTH = 200;
const PERCENTILES = [0.5, 0.95, 0.99] as const;

export interface SlowStatement {
  /** Normalised, at most 200 characters. */
  readonly statement: string;
  readonly queryType: QueryType;
  /** Duration of the slowest execution. */
  readonly maxDurationMs: number;
}

/** All 0 for a type without queries. */
export interface QueryPercentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Statistics of this process since the start or the last reset. Durations are in milliseconds. */
export interface QueryStatsSummary {
  readonly totalQueries: number;
  readonly slowQueries: number;
  /** From 0 to 100; 0 without queries. */
  readonly slowPercentage: number;
  readonly totalDurationMs: number;
  /** 0 without queries. */
  readonly averageDurationMs: number;
  /** Failed statements, including timeouts. */
  readonly errors: number;
  readonly timeouts: number;
  readonly queriesByType: Readonly<Record<QueryType, number>>;
  /** Accurate to three per cent. */
  readonly percentilesByType: Readonly<Record<QueryType, QueryPercentiles>>;
  /** The ten slowest statements, slowest first, grouped by fingerprint. */
  readonly slowestQueries: readonly SlowStatement[];
}

/** In-process statistics. */
export class QueryStats {
  private readonly durations = new DurationDigest(QUERY_TYPES.length);
  private readonly slowest = new SlowestStatements();
  private totalSeconds = 0;
  private slow = 0;
  private errors = 0;
  private timeouts = 0;

  count(typeIndex: number, seconds: number, sql: string): boolean {
    if (!this.slowest.ignores(seconds, sql)) return false;
    this.totalSeconds += seconds;
    this.durations.add(typeIndex, seconds);
    return true;
  }

  record(query: QueryRecord): void {
    const { typeIndex, seconds } = query;
    this.totalSeconds += seconds;
    this.durations.add(typeIndex, seconds);
    if (query.slow) this.slow++;
    if (query.failed) {
      this.errors++;
      if (query.errorClass === 'timeout') this.timeouts++;
    }
    this.slowest.record(query);
  }

  summary(): QueryStatsSummary {
    const counts = QUERY_TYPES.map((_, row) => this.durations.count(row));
    const totalQueries = counts.reduce((sum, count) => sum + count, 0);
    const perQuery = (figure: number) => (totalQueries === 0 ? 0 : figure / totalQueries);
    return {
      totalQueries,
      slowQueries: this.slow,
      slowPercentage: perQuery(this.slow) * 100,
      totalDurationMs: this.totalSeconds * 1000,
      averageDurationMs: perQuery(this.totalSeconds * 1000),
      errors: this.errors,
      timeouts: this.timeouts,
      queriesByType: byType((row) => counts[row]!),
      percentilesByType: byType((row) => {
        const [p50, p95, p99] = this.durations.percentiles(row, PERCENTILES).map((seconds) => seconds * 1000);
        return { p50Ms: p50!, p95Ms: p95!, p99Ms: p99! };
      }),
      slowestQueries: this.slowest.entries.map(({ fingerprint, queryType, maxSeconds }) => ({
        statement: fingerprint.slice(0, SUMMARY_STATEMENT_LENGTH),
        queryType,
        maxDurationMs: maxSeconds * 1000,
      })),
    };
  }

  reset(): void {
    this.durations.clear();
    this.slowest.clear();
    this.totalSeconds = this.slow = this.errors = this.timeouts = 0;
  }
}

function byType<T>(figure: (row: number) => T): Record<QueryType, T> {
  return Object.fromEntries(QUERY_TYPES.map((type, row) => [type, figure(row)])) as Record<QueryType, T>;
}
