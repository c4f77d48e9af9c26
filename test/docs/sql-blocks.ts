import type { Client } from 'pg';
import { codeBlocks, noteBefore, type CodeBlock } from './pages';

/** Before a block that cannot be run here: `<!-- not run: why -->`. */
const NOT_RUN = /^not run: \S/;
/** Before a block for newer servers: `<!-- from PostgreSQL 16 -->`. */
const SINCE = /^from PostgreSQL (\d+)$/;
/** Statements that cannot share a transaction, which is rolled back. */
const ALONE = /^\s*(?:VACUUM|BEGIN|COMMIT|CREATE INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY|REINDEX)/im;

/** Pages that describe the tables of the query guide, not those of the service. */
export const isOnGuideTables = (page: string): boolean =>
  page.startsWith('docs/guides/query-optimization/') || page === 'docs/guides/QUERY-OPTIMIZATION-GUIDE.md';

export const statementsOf = (sql: string): string[] =>
  sql.split(/;\s*$/m).filter((statement) => statement.trim() !== '');

export const sqlBlocks = (page: string): CodeBlock[] => codeBlocks(page).filter(({ language }) => language === 'sql');

/** Runs the SQL blocks of a page and rolls them back. @returns the page, line and message of each block that fails */
export async function failingBlocks(client: Client, page: string): Promise<string[]> {
  const failures: string[] = [];
  const version = await versionOf(client);
  for (const block of sqlBlocks(page).filter((one) => isRunOn(version, noteBefore(one)))) {
    const together = !ALONE.test(block.code);
    if (together) await client.query('BEGIN');
    try {
      for (const statement of statementsOf(block.code)) await client.query(statement);
    } catch (error) {
      failures.push(`${page}:${block.line}: ${(error as Error).message}`);
    }
    if (together) await client.query('ROLLBACK');
  }
  return failures;
}

const isRunOn = (version: number, note: string): boolean =>
  !NOT_RUN.test(note) && Number(SINCE.exec(note)?.[1] ?? 0) <= version;

/** The major version of a PostgreSQL. */
export async function versionOf(client: Pick<Client, 'query'>): Promise<number> {
  const { rows } = await client.query<{ number: string }>(`SELECT current_setting('server_version_num') AS number`);
  return Math.floor(Number(rows[0]!.number) / 10_000);
}
