import { matches, viewsOf, type StatementPattern } from '../model/statement-pattern';

/** A threshold for some statements. */
export interface StatementThreshold {
  readonly statement: StatementPattern;
  readonly thresholdMs: number;
}

export const DEFAULT_SLOW_QUERY_THRESHOLD_MS = 100;

/** The duration from which a statement is slow. Most statements do not reach the lowest threshold, so it is compared first. */
export class SlowThreshold {
  /** No faster statement is slow. */
  readonly lowestSeconds: number;
  private readonly perStatement: readonly { readonly statement: StatementPattern; readonly seconds: number }[];
  private readonly fallback: number;

  constructor(threshold: number | readonly StatementThreshold[]) {
    const list = typeof threshold === 'number' ? [] : threshold;
    this.perStatement = list.map(({ statement, thresholdMs }) => ({ statement, seconds: thresholdMs / 1000 }));
    this.fallback = (typeof threshold === 'number' ? threshold : DEFAULT_SLOW_QUERY_THRESHOLD_MS) / 1000;
    this.lowestSeconds = Math.min(this.fallback, ...this.perStatement.map(({ seconds }) => seconds));
  }

  secondsFor(sql: string): number {
    if (this.perStatement.length === 0) return this.fallback;
    const views = viewsOf(sql);
    return this.perStatement.find(({ statement }) => matches(statement, views))?.seconds ?? this.fallback;
  }
}
