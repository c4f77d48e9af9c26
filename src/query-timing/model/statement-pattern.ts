/** A text that occurs in the statement, or a regular expression that matches it. */
export type StatementPattern = string | RegExp;

/** What a pattern is compared with: the statement as it was sent, and without the quotes of its names. */
export type StatementViews = readonly string[];

const NAME_IN_BRACKETS = /\[([\p{L}_][^[\]]*)\]/gu;

/** `FROM "report_daily"` is `FROM report_daily` too, also in backticks and brackets. */
export function viewsOf(sql: string): StatementViews {
  const unquoted = sql.replace(/["`]/g, '').replace(NAME_IN_BRACKETS, '$1');
  return unquoted === sql ? [sql] : [sql, unquoted];
}

export function matches(pattern: StatementPattern, views: StatementViews): boolean {
  return views.some((view) => (typeof pattern === 'string' ? view.includes(pattern) : pattern.test(view)));
}
