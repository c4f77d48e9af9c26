import { Client } from 'pg';
import { customersFor, customersTable, itemsTable, ordersTable } from '../../maintainers/guide/shop';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { codeBlocks, noteBefore, pages, read, type CodeBlock } from './pages';

/** Before a block that cannot be run here: `<!-- not run: why -->`. */
const NOT_RUN = /^not run: \S/;
/** In a page whose statements are about the tables of the guide, and not about those of the service. */
const ON_THE_SHOP = '<!-- tables of: npm run guide -->';
/** Statements that cannot share a transaction, which is taken back. */
const ALONE = /^\s*(?:VACUUM|BEGIN|COMMIT|CREATE INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY|REINDEX)/im;
const ORDERS = 2_000;

let database: ScratchDatabase;
let client: Client;

beforeAll(async () => {
  database = await createScratchDatabase();
  client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('CREATE SCHEMA shop; SET search_path = shop');
  for (const table of [customersTable(customersFor(ORDERS)), ordersTable(ORDERS), itemsTable(ORDERS)]) {
    for (const statement of statementsOf(table)) await client.query(statement);
  }
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const statementsOf = (sql: string): string[] => sql.split(/;\s*$/m).filter((statement) => statement.trim() !== '');
const sqlBlocks = (page: string): CodeBlock[] => codeBlocks(page).filter(({ language }) => language === 'sql');

describe('the SQL that pages show', () => {
  it.each(pages.filter((page) => sqlBlocks(page).length > 0))('of %s runs', async (page) => {
    const broken: string[] = [];
    await client.query(`SET search_path = ${read(page).includes(ON_THE_SHOP) ? 'shop, public' : 'public'}`);
    for (const block of sqlBlocks(page).filter((one) => !NOT_RUN.test(noteBefore(one)))) {
      const together = !ALONE.test(block.code);
      if (together) await client.query('BEGIN');
      for (const statement of statementsOf(block.code)) {
        const failure = await client.query(statement).then(
          () => undefined,
          (error: Error) => `${page}:${block.line}: ${error.message}`,
        );
        if (failure) {
          broken.push(failure);
          break;
        }
      }
      if (together) await client.query('ROLLBACK');
    }
    expect(broken).toEqual([]);
  });
});
