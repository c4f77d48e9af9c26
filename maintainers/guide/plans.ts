import type { Client } from 'pg';

export interface SentStatement {
  readonly sql: string;
  readonly parameters: unknown[];
}

export interface Plan {
  readonly text: string;
  readonly nodes: readonly string[];
}

const EXPLAIN = 'EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF)';
const EXPLAINABLE = /^\s*(?:select|insert|update|delete|merge|with|values)\b/i;
const SETTING = /^\s*set local\b/i;
/** More plans would only lengthen the page. */
const MAX_PLANS = 3;

/** The distinct statements among those sent, without transaction control, at most {@link MAX_PLANS}. */
export function worthExplaining(sent: readonly SentStatement[]): SentStatement[] {
  const distinct = new Map<string, SentStatement>();
  for (const statement of sent) {
    if (EXPLAINABLE.test(statement.sql) && !distinct.has(statement.sql)) distinct.set(statement.sql, statement);
  }
  return [...distinct.values()].slice(0, MAX_PLANS);
}

/** The `SET LOCAL` statements among those sent. */
export const settingsOf = (sent: readonly SentStatement[]): string[] =>
  sent.map(({ sql }) => sql).filter((sql) => SETTING.test(sql));

/** Runs the statement with EXPLAIN ANALYZE and rolls back. */
export async function explain(client: Client, first: readonly string[], statement: SentStatement): Promise<Plan> {
  await client.query('BEGIN');
  try {
    for (const sql of first) await client.query(sql);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`${EXPLAIN} ${statement.sql}`, statement.parameters);
    const lines = rows.map((row) => row['QUERY PLAN']);
    return { text: lines.map(shortened).join('\n'), nodes: nodesOf(lines) };
  } finally {
    await client.query('ROLLBACK');
    await client.query('DEALLOCATE ALL');
  }
}

/** `  ->  Index Scan using orders_pkey on orders (actual time=…)` is the node `Index Scan using orders_pkey on orders`. */
export function nodesOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, node] = /^\s*(?:->\s+)?(\S.*?)\s+\((?:actual|never executed)/.exec(line) ?? [];
    return node ? [node] : [];
  });
}

const MAX_LINE = 160;
const shortened = (line: string): string => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} …` : line);
