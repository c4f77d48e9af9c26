import { Client, Query, type ClientConfig, type QueryConfig, type QueryResult } from 'pg';
import { collectableResults } from '../../../src/infrastructure/database/collectable-results';
import { oldGenerationAfter } from '../../support/old-generation';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

const CollectableClient = collectableResults(Client);

let database: ScratchDatabase;
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database.drop());

async function using<T>(Class: typeof Client, config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Class({ connectionString: database.url, ...config });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('a client with collectable results', () => {
  const statements: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
    'a text': (client) => client.query('SELECT 1 AS one'),
    'a text with values': (client) => client.query('SELECT $1::int AS one', [1]),
    'a configuration': (client) => client.query({ name: 'one', text: 'SELECT $1::int AS one', values: [1] }),
    'rows as arrays': (client) => client.query({ text: 'SELECT 1, 2', rowMode: 'array' }),
    'several statements': (client) => client.query('SELECT 1 AS one; SELECT 2 AS two'),
    'an empty statement': (client) => client.query(''),
    'a statement with an error': (client) => client.query('SELECT 1 / 0'),
    'values that fit no statement': (client) => client.query('SELECT 1', [1]),
    'a configuration with values beside it': (client) => client.query({ text: 'SELECT $1::int AS one' }, [1]),
    'a statement with another limit': (client) =>
      client.query({ text: 'SELECT pg_sleep(0.3)', query_timeout: 50 } as QueryConfig),
    'what is no statement': async (client) => client.query(undefined as unknown as string),
    'a number': async (client) => client.query(1 as unknown as string),
  };
  const outcome = (client: Client, run: (client: Client) => Promise<unknown>) =>
    run(client).then(
      (result) => JSON.stringify(result),
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it.each(Object.keys(statements))('returns for %s what pg returns', async (name) => {
    const run = statements[name]!;
    const [expected, actual] = [
      await using(Client, {}, (client) => outcome(client, run)),
      await using(CollectableClient, {}, (client) => outcome(client, run)),
    ];
    expect(actual).toBe(expected);
  });

  it('leaves callbacks and queries of other classes to pg', async () => {
    await using(CollectableClient, {}, async (client) => {
      const rows = await new Promise((resolve) =>
        client.query('SELECT 1 AS one', (_error, result) => resolve(result.rows)),
      );
      expect(rows).toEqual([{ one: 1 }]);
      const withoutValues = await new Promise((resolve) =>
        client.query('SELECT 1 AS one', undefined as unknown as unknown[], (_error, result) => resolve(result.rows)),
      );
      expect(withoutValues).toEqual([{ one: 1 }]);
      const configured = await new Promise((resolve) => {
        const callback = (_error: Error, result: QueryResult) => resolve(result.rows);
        const returned = client.query({ text: 'SELECT 3 AS three', callback } as QueryConfig) as unknown;
        expect(returned).toBeUndefined();
      });
      expect(configured).toEqual([{ three: 3 }]);
      const query = client.query(new Query('SELECT 2 AS two'));
      const row = await new Promise((resolve) => query.once('row', resolve));
      expect(row).toEqual({ two: 2 });
    });
  });

  it('gives up on a server that does not respond, and can be used when it has', async () => {
    await using(CollectableClient, { query_timeout: 300 }, async (client) => {
      await client.query('BEGIN');
      // The rows arrive after the caller has given up.
      await expect(
        client.query("SELECT repeat('x', 10) AS text, pg_sleep(0.4) FROM generate_series(1, 2)"),
      ).rejects.toThrow('Query read timeout');
      await new Promise((resolve) => client.once('drain', resolve));
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });
});

it('a result that is no longer used does not reach the old generation', async () => {
  await using(CollectableClient, { query_timeout: 60_000 }, async (client) => {
    const read = () => client.query('SELECT n, md5(n::text) AS text FROM generate_series(1, $1::int) n', [2_000]);
    const [dropped, kept] = [await oldGenerationAfter(read), await oldGenerationAfter(read, { isHeld: true })];
    expect(dropped).toBeLessThan(kept / 4);
  });
});
