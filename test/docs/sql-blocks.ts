import type { Client } from 'pg';
import { codeBlocks, noteBefore, type CodeBlock } from './pages';

/** Before a block that cannot be run here: `<!-- not run: why -->`. */
const NOT_RUN = /^not run: \S/;
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
  for (const block of sqlBlocks(page).filter((one) => !NOT_RUN.test(noteBefore(one)))) {
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
