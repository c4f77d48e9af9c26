/**
 * The text of a statement. Drivers accept more than TypeORM's types allow: pg a configuration with `text`, a cursor or a
 * stream; mysql2 an object with `sql`. Never throws; a statement without a text has an empty one.
 */
export function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null) return '';
  try {
    const { text, sql, cursor } = query as Readonly<Record<string, unknown>>;
    for (const candidate of [text, sql, query, (cursor as { text?: unknown } | undefined)?.text]) {
      const primitive: unknown = candidate instanceof String ? candidate.valueOf() : candidate;
      if (typeof primitive === 'string') return primitive;
    }
  } catch {
    // A getter threw, or a proxy was revoked. The driver fails in the same way.
  }
  return '';
}

/** The parameters of a statement: those in its configuration, if there are no others. Never throws. */
export function parametersOf(query: unknown, parameters: unknown): unknown {
  if (typeof query !== 'object' || query === null) return parameters;
  if (parameters !== undefined && parameters !== null) return parameters;
  try {
    return (query as { values?: unknown }).values ?? undefined;
  } catch {
    return undefined;
  }
}
