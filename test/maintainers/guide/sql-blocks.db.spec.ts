import { Client } from 'pg';
import { customersFor, customersTable, itemsTable, ordersTable } from '../../../maintainers/guide/shop';
import { pages } from '../../docs/pages';
import { failingBlocks, isOnGuideTables, sqlBlocks, statementsOf } from '../../docs/sql-blocks';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

const ORDERS = 2_000;

let database: ScratchDatabase;
let client: Client;

beforeAll(async () => {
  database = await createScratchDatabase();
  client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('CREATE SCHEMA shop; SET search_path = shop, public');
  for (const table of [customersTable(customersFor(ORDERS)), ordersTable(ORDERS), itemsTable(ORDERS)]) {
    for (const statement of statementsOf(table)) await client.query(statement);
  }
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the SQL of the query guide runs on the tables of its cases', () => {
  it.each(pages.filter((page) => isOnGuideTables(page) && sqlBlocks(page).length > 0))('%s', async (page) => {
    expect(await failingBlocks(client, page)).toEqual([]);
  });
});
