/**
 * A comment as the sqlcommenter specification has it: keys in their order, all values URL-encoded. Undefined without
 * values.
 */
export function sqlComment(values: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  if (given.length === 0) return undefined;
  const pairs = given.map(([key, value]) => `${encoded(key)}='${encoded(value)}'`);
  return `/*${pairs.sort().join(',')}*/`;
}

/**
 * Appends a comment to a statement, before a semicolon at its end. A text that may have a comment already, or several
 * statements, remains as it is.
 */
export function withComment(sql: string, comment: string): string {
  const end = endOf(sql);
  const text = sql.slice(0, end);
  if (text === '' || text.includes(';') || mayHaveComment(text)) return sql;
  return `${text} ${comment}${sql.slice(end)}`;
}

/** Where white space and semicolons at the end begin. */
function endOf(sql: string): number {
  let end = sql.length;
  while (end > 0 && /[\s;]/.test(sql[end - 1]!)) end--;
  return end;
}

/** Also for a literal that looks like one, and for what is a comment on some databases only. */
function mayHaveComment(sql: string): boolean {
  return sql.includes('/*') || sql.includes('--') || /#(?![>-])/.test(sql);
}

function encoded(text: string): string {
  const code = (c: string) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, code);
}
