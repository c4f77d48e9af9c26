import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { startMariaDb, type TestMariaDb } from './support/mariadb';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { watching, type Watched } from './support/watching';

let postgres: TestDatabase;
let mariadb: TestMariaDb;
beforeAll(async () => {
  postgres = await createTestDatabase();
  mariadb = await startMariaDb();
}, 120_000);
afterAll(async () => {
  await postgres.drop();
  await mariadb.stop();
});

const watchedOn = {
  PostgreSQL: watching((more) => postgres.dataSource(more)),
  MariaDB: watching((more) => mariadb.dataSource(more)),
};

/** Statements with 400 rows, with three that take 50 ms each, and one that fails. */
const statements = {
  PostgreSQL: {
    many: 'SELECT i, repeat($$x$$, 1000) AS x FROM generate_series(1, 400) AS i',
    slow: 'SELECT pg_sleep(0.05) FROM generate_series(1, 3)',
    failing: 'SELECT * FROM nowhere',
  },
  MariaDB: {
    many: "SELECT seq, REPEAT('x', 1000) AS x FROM seq_1_to_400",
    slow: 'SELECT SLEEP(0.05) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three',
    failing: 'SELECT * FROM nowhere',
  },
};

const servers = ['PostgreSQL', 'MariaDB'] as const;

async function read(stream: Readable, pause = 0): Promise<number> {
  let rows = 0;
  for await (const row of stream) {
    rows += row ? 1 : 0;
    if (pause > 0) await sleep(pause);
  }
  return rows;
}

describe.each(servers)('on %s the time of a stream', (server) => {
  const { many, slow } = statements[server];
  const streamed = async (use: (runner: QueryRunner) => Promise<unknown>, more = {}, options = {}) => {
    const watched = await watchedOn[server](more, options);
    const runner = watched.dataSource.createQueryRunner();
    await runner.query('SELECT 1');
    const started = performance.now();
    await use(runner);
    const elapsed = (performance.now() - started) / 1000;
    await runner.release();
    const [, query] = watched.seen;
    return { ...watched, elapsed, seconds: query!.seconds, figures: query!.stream!, slow: query!.slow };
  };

  it("is its reader's while that is slow, and not the server's", async () => {
    const { logger, elapsed, seconds, figures, ...query } = await streamed(
      async (runner) => expect(await read((await runner.stream(many)) as Readable, 3)).toBe(400),
      {},
      { slowQueryThresholdMs: 400 },
    );
    expect(elapsed).toBeGreaterThan(0.8);
    expect(figures.rows).toBe(400);
    expect(figures.readerSeconds).toBeGreaterThan(0.4);
    expect(figures.readerSeconds + seconds).toBeLessThanOrEqual(elapsed);
    expect(figures.firstRowSeconds).toBeLessThanOrEqual(seconds);
    // Slow is what the server is.
    expect(query.slow).toBe(seconds >= 0.4);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toHaveLength(query.slow ? 1 : 0);
  });

  it("is the server's while that is slow, whatever the reader does with the rows", async () => {
    const { logger, seconds, figures, elapsed } = await streamed(
      async (runner) => read(await runner.stream(slow)),
      {},
      { slowQueryThresholdMs: 100 },
    );
    expect(seconds).toBeGreaterThanOrEqual(0.14);
    expect(figures.readerSeconds).toBeLessThan(elapsed - 0.14);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toMatchObject([{ rows: 3, reader_ms: expect.any(Number) }]);
  });

  // Most of the second is left when a busy machine has filled the stream's buffer.
  it("is the reader's before it begins to read", async () => {
    const { seconds, elapsed, figures } = await streamed(async (runner) => {
      const stream = (await runner.stream(many)) as Readable;
      await sleep(1_000);
      await read(stream);
    });
    expect(figures.readerSeconds).toBeGreaterThan(0.2);
    expect(seconds).toBeLessThan(elapsed - 0.2);
    expect(figures.firstRowSeconds).toBeLessThanOrEqual(seconds);
  });

  it("is the reader's while it does not read on, until it closes the stream", async () => {
    const { seconds, elapsed, figures } = await streamed(async (runner) => {
      for await (const row of (await runner.stream(many)) as Readable) {
        if (!row) continue;
        await sleep(1_000);
        break;
      }
      await runner.query('SELECT 2');
    });
    expect(figures.readerSeconds).toBeGreaterThan(0.2);
    expect(seconds).toBeLessThan(elapsed - 0.2);
  });
});

describe.each(servers)('on %s a stream is reported in the context of the request that called stream()', (server) => {
  const { many, failing } = statements[server];
  const requests = new AsyncLocalStorage<string>();
  const inRequest = <T>(id: string, work: () => Promise<T>) => requests.run(id, work);

  /** Each request has a stream, whose rows and end belong to other requests. */
  const endings: readonly (readonly [string, string, (stream: Readable) => Promise<unknown>])[] = [
    ['is read to its end', many, (stream) => read(stream)],
    ['is read slowly', many, (stream) => read(stream, 1)],
    ['is piped', many, (stream) => pipeline(stream, new PassThrough({ objectMode: true }).resume())],
    [
      'is closed early',
      many,
      async (stream) => {
        for await (const row of stream) if (row) break;
      },
    ],
    [
      'is destroyed by a timer',
      many,
      async (stream) => {
        const closed = once(
          stream.on('error', () => undefined),
          'close',
        );
        setTimeout(() => stream.destroy(), 5);
        await closed;
      },
    ],
    ['fails', failing, (stream) => read(stream).catch(() => undefined)],
  ];

  it.each(endings)('when it %s in another request', async (_, sql, consume) => {
    const { dataSource, logger, seen, metric } = await contextual(server, requests);
    // The connection belongs to one request, the stream to the next, its reader to a third.
    const runner = dataSource.createQueryRunner();
    await inRequest('opened', () => runner.query('SELECT 1'));
    const stream = await inRequest('streamed', () => runner.stream(sql));
    await inRequest('read', () => consume(stream as Readable));
    await inRequest('after', () => runner.query('SELECT 2'));
    await runner.release();
    expect(seen.map(({ store }) => store)).toEqual(['opened', 'streamed', 'after']);
    expect(logger.ofOperation('DB_SLOW_QUERY').map((line) => line['request_id'])).toEqual([
      'opened',
      'streamed',
      'after',
    ]);
    expect(await metric('db_queries_total', { query_type: 'SELECT' })).toBe(3);
  });

  it('beside queries of other requests on the same runner', async () => {
    const { dataSource, seen } = await contextual(server, requests);
    const runner = dataSource.createQueryRunner();
    await inRequest('opened', () => runner.query('SELECT 1'));
    const ids = Array.from({ length: 6 }, (_, i) => `request-${i}`);
    await Promise.all(
      ids.map((id, i) =>
        inRequest(id, () =>
          i % 2 === 0
            ? runner.query(`SELECT ${i}`)
            : runner.stream(`SELECT ${i}`).then((rows) => read(rows as Readable)),
        ),
      ),
    );
    await runner.release();
    const stores = seen.slice(1).map(({ sql, store }) => `${sql} ${store}`);
    expect(stores.sort()).toEqual(ids.map((id, i) => `SELECT ${i} ${id}`));
  });
});

/** With what the context is when the sink is called. */
async function contextual(server: (typeof servers)[number], requests: AsyncLocalStorage<string>) {
  const seen: { sql: string; store: string | undefined }[] = [];
  const sinks = [{ record: ({ sql }: { sql: string }) => void seen.push({ sql, store: requests.getStore() }) }];
  const context = () => ({ requestId: requests.getStore() });
  const watched: Watched = await watchedOn[server]({}, { sinks, context, slowQueryThresholdMs: 0 });
  return { ...watched, seen };
}
