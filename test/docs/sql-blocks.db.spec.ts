import { Client } from 'pg';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { pages } from './pages';
import { failingBlocks, isOnGuideTables, sqlBlocks } from './sql-blocks';

let database: ScratchDatabase;
let client: Client;

beforeAll(async () => {
  database = await createScratchDatabase();
  client = new Client({ connectionString: database.adminUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the SQL that pages show', () => {
  it.each(pages.filter((page) => !isOnGuideTables(page) && sqlBlocks(page).length > 0))('of %s runs', async (page) => {
    expect(await failingBlocks(client, page)).toEqual([]);
  });
});
