/**
 * The statement as a text to run in a SQL client: an EXPLAIN that needs no values. Undefined if the statement is cut, or of a
 * kind that has no plan.
 *
 * A literal of the statement is `?`; on PostgreSQL it becomes a further parameter.
 */
export function explainText(statement: string, queryType: string, driver: string): string | undefined {
  if (!['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(queryType) || statement.includes('…')) return undefined;
  if (driver === 'postgres' || driver === 'cockroachdb') return onPostgres(statement);
  if (driver === 'mysql' || driver === 'mariadb' || driver === 'aurora-mysql') return onMysql(statement);
  return `EXPLAIN QUERY PLAN ${statement};`;
}

/** Names in quotes, which may have a question mark, and values, several in a row of which each second one is an operator. */
const ON_POSTGRES = /"(?:[^"]|"")*"|(?:(?:\?(?![|&?])|\$\d+)\s+)*(?:\?(?![|&?])|\$\d+)/g;
const ON_MYSQL = /`(?:[^`]|``)*`|\?/g;

/** Also before PostgreSQL 16, which has no GENERIC_PLAN. */
function onPostgres(statement: string): string {
  let parameters = 0;
  for (const [, number] of statement.matchAll(/\$(\d+)/g)) parameters = Math.max(parameters, Number(number));
  const numbered = statement.replace(ON_POSTGRES, (found) => {
    const marks = found.split(/\s+/).length;
    let mark = 0;
    // `a ? ?`: two values never follow each other, so the first one is the operator of jsonb.
    return found.startsWith('"')
      ? found
      : found.replace(/\?|\$\d+/g, (one) => ((marks - ++mark) % 2 === 0 && one === '?' ? `$${++parameters}` : one));
  });
  if (parameters === 0) return `EXPLAIN ${numbered};`;
  const values = Array.from({ length: parameters }, () => 'NULL').join(', ');
  return [
    `PREPARE query_timing AS ${numbered};`,
    'SET plan_cache_mode = force_generic_plan;',
    `EXPLAIN EXECUTE query_timing(${values});`,
    'RESET plan_cache_mode;',
    'DEALLOCATE query_timing;',
  ].join('\n');
}

/**
 * A value that compares with texts, numbers and dates alike: with NULL, nothing would be read. The number of rows of a LIMIT
 * must be a number.
 */
function onMysql(statement: string): string {
  const names: string[] = [];
  for (const { index, 0: found } of statement.matchAll(ON_MYSQL)) {
    if (found !== '?') continue;
    const isLimit = /\b(?:limit|offset)\s+(?:\?\s*,\s*)?$/i.test(statement.slice(0, index));
    names.push(isLimit ? '@query_timing_limit' : '@query_timing');
  }
  if (names.length === 0) return `EXPLAIN ${statement};`;
  const quoted = statement.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return [
    "SET @query_timing = '20000101', @query_timing_limit = 100;",
    `PREPARE query_timing FROM 'EXPLAIN ${quoted}';`,
    `EXECUTE query_timing USING ${names.join(', ')};`,
    'DEALLOCATE PREPARE query_timing;',
  ].join('\n');
}
