/** A text that occurs in the statement, or a regular expression that matches it. */
export type StatementPattern = string | RegExp;

export function matches(pattern: StatementPattern, sql: string): boolean {
  return typeof pattern === 'string' ? sql.includes(pattern) : pattern.test(sql);
}
