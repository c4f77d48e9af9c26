import { Client, Query, type ClientConfig, type QueryResult } from 'pg';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { collectableResults } from '../../../src/infrastructure/database/collectable-results';
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

/** Bytes in the old generation after reading results, each followed by a collection of the young objects only. */
async function oldBytes(hold: (result: QueryResult) => void): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  const used = (): number =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size;
  return using(CollectableClient, { query_timeout: 60_000 }, async (client) => {
    const read = async (): Promise<void> => {
      hold(await client.query('SELECT n, md5(n::text) AS text FROM generate_series(1, $1::int) n', [2_000]));
    };
    for (let i = 0; i < 5; i += 1) await read();
    collect();
    const before = used();
    for (let i = 0; i < 30; i += 1) {
      await read();
      collect({ type: 'minor' });
    }
    return used() - before;
  });
}

it('a result that is no longer used does not reach the old generation', async () => {
  const held: QueryResult[] = [];
  const [dropped, kept] = [await oldBytes(() => undefined), await oldBytes((result) => held.push(result))];
  expect(held).toHaveLength(35);
  expect(dropped).toBeLessThan(kept / 4);
});
