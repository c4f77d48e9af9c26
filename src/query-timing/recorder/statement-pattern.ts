import { DEFAULT_SLOW_QUERY_THRESHOLD_MS, type QueryTimingOptions, type StatementPattern } from '../options';

export function matches(pattern: StatementPattern, sql: string): boolean {
  return typeof pattern === 'string' ? sql.includes(pattern) : pattern.test(sql);
}

/** From when on a statement is slow. The lowest threshold of all comes first: most statements do not reach it. */
export class SlowThreshold {
  /** No statement below is slow. */
  readonly lowestSeconds: number;
  private readonly ofStatements: readonly { readonly statement: StatementPattern; readonly seconds: number }[];
  private readonly otherwise: number;

  constructor(threshold: NonNullable<QueryTimingOptions['slowQueryThresholdMs']>) {
    const list = typeof threshold === 'number' ? [] : threshold;
    this.ofStatements = list.map(({ statement, thresholdMs }) => ({ statement, seconds: thresholdMs / 1000 }));
    this.otherwise = (typeof threshold === 'number' ? threshold : DEFAULT_SLOW_QUERY_THRESHOLD_MS) / 1000;
    this.lowestSeconds = Math.min(this.otherwise, ...this.ofStatements.map(({ seconds }) => seconds));
  }

  secondsFor(sql: string): number {
    for (const { statement, seconds } of this.ofStatements) if (matches(statement, sql)) return seconds;
    return this.otherwise;
  }
}
