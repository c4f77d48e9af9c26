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
/** A loop sends the same statement again and again; more than these would only fill the page. */
const MOST_PLANS = 3;

/** The different statements among those sent, the first of each kind, as many as a page can hold. */
export function worthExplaining(sent: readonly SentStatement[]): SentStatement[] {
  const kinds = new Map<string, SentStatement>();
  for (const statement of sent) {
    if (EXPLAINABLE.test(statement.sql) && !kinds.has(statement.sql)) kinds.set(statement.sql, statement);
  }
  return [...kinds.values()].slice(0, MOST_PLANS);
}

/** Settings that the statements were sent with, for their transaction alone. */
export const settingsOf = (sent: readonly SentStatement[]): string[] =>
  sent.map(({ sql }) => sql).filter((sql) => SETTING.test(sql));

/** Runs the statement, tells how, and takes back what it changed. */
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

const LONGEST_LINE = 160;
const shortened = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line);
