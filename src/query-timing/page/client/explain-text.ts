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

/** Also before PostgreSQL 16, which has no GENERIC_PLAN. */
function onPostgres(statement: string): string {
  let parameters = 0;
  for (const [, number] of statement.matchAll(/\$(\d+)/g)) parameters = Math.max(parameters, Number(number));
  const numbered = statement.replace(/\?(?![|&?])/g, () => `$${++parameters}`);
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

function onMysql(statement: string): string {
  const parameters = statement.match(/\?/g)?.length ?? 0;
  if (parameters === 0) return `EXPLAIN ${statement};`;
  const quoted = statement.replaceAll('\\', '\\\\').replaceAll("'", "''");
  const using = Array.from({ length: parameters }, () => '@query_timing').join(', ');
  return [
    'SET @query_timing = NULL;',
    `PREPARE query_timing FROM 'EXPLAIN ${quoted}';`,
    `EXECUTE query_timing USING ${using};`,
    'DEALLOCATE PREPARE query_timing;',
  ].join('\n');
}
