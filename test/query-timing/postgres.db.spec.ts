import { AsyncLocalStorage } from 'node:async_hooks';
import { pipeline } from 'node:stream/promises';
import type { QueryRunner } from 'typeorm';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { expectWaitsApart, refused, watching, type Watched } from './support/watching';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

const watched = watching((more) => database.dataSource(more));

describe('on PostgreSQL a query that', () => {
  it('succeeds is counted with its execution time', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('SELECT pg_sleep(0.05)');
    expect(seen).toHaveLength(1);
    expect(seen[0]!.seconds).toBeGreaterThanOrEqual(0.05);
  });

  it.each([
    ['SELECT * FROM nowhere', 'syntax'],
    ['SELEC 1', 'syntax'],
    ['SELECT 1/0', 'data'],
  ])('fails (%s) is counted as %s', async (sql, errorClass) => {
    const { seen, dataSource } = await watched();
    await refused(dataSource.query(sql));
    expect(seen.map((query) => query.errorClass)).toEqual([errorClass]);
  });

  it('breaks a constraint is counted by the kind of constraint', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('CREATE TABLE IF NOT EXISTS kinds (a int PRIMARY KEY, b int NOT NULL CHECK (b > 0))');
    for (const values of ['1, 1', '1, 1', '2, NULL', '3, -1'])
      await refused(dataSource.query(`INSERT INTO kinds VALUES (${values})`));
    expect(seen.slice(1).map((query) => query.errorClass)).toEqual([undefined, 'unique', 'constraint', 'constraint']);
  });

  it('times out on the server counts as a timeout', async () => {
    const { seen, dataSource, metric } = await watched({ extra: { statement_timeout: 20 } });
    await refused(dataSource.query('SELECT pg_sleep(5)'));
    expect(seen.map((query) => query.errorClass)).toEqual(['timeout']);
    expect(await metric('db_query_timeouts_total', { query_type: 'SELECT' })).toBe(1);
  });

  it('times out in the client counts as a timeout', async () => {
    const { seen, dataSource } = await watched({ extra: { query_timeout: 30 } });
    await refused(dataSource.query('SELECT pg_sleep(0.2)'));
    expect(seen.map((query) => query.errorClass)).toEqual(['timeout']);
  });

  it('is cancelled or whose connection is killed is counted as such', async () => {
    const { seen, dataSource } = await watched();
    for (const kill of ['pg_cancel_backend', 'pg_terminate_backend']) {
      const runner = dataSource.createQueryRunner();
      await runner.connect();
      const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
      const sleeping = refused(runner.query('SELECT pg_sleep(10)'));
      await untilActive(pid);
      await database.admin.query(`SELECT ${kill}($1)`, [pid]);
      await sleeping;
      await runner.release();
    }
    expect(seen.filter(({ failed }) => failed).map((query) => query.errorClass)).toEqual(['cancelled', 'connection']);
  });

  it('waits for a lock too long, or in a deadlock, is counted as such', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('CREATE TABLE IF NOT EXISTS locks AS SELECT 1 AS id UNION SELECT 2');
    const [one, two] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
    for (const runner of [one, two]) await runner.startTransaction();
    await one.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE');
    await two.query('SELECT * FROM locks WHERE id = 2 FOR UPDATE');
    await two.query('SAVEPOINT s');
    await refused(two.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE NOWAIT'));
    await two.query('ROLLBACK TO SAVEPOINT s');
    await two.query('RELEASE SAVEPOINT s');
    await Promise.all([
      refused(one.query('SELECT * FROM locks WHERE id = 2 FOR UPDATE')),
      refused(two.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE')),
    ]);
    for (const runner of [one, two]) await runner.rollbackTransaction().then(() => runner.release());
    expect(seen.filter(({ failed }) => failed).map((query) => query.errorClass)).toEqual(['lock_timeout', 'deadlock']);
  });

  it('succeeds has the number of rows that it returned or changed, as far as the driver says', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('CREATE TEMP TABLE counted (a int)');
    await dataSource.query('INSERT INTO counted SELECT generate_series(1, 3)');
    await dataSource.query('UPDATE counted SET a = 0 WHERE a > 1');
    await dataSource.query('SELECT * FROM counted WHERE a > 5');
    await dataSource.query('SELECT * FROM counted');
    await dataSource.query('SELECT 1; SELECT 2');
    await refused(dataSource.query('SELECT * FROM nowhere'));
    expect(seen.map(({ rows }) => rows)).toEqual([undefined, 3, 2, 0, 3, undefined, undefined]);
  });

  it('waits for others on its connection has a separate queue time', async () => {
    await expectWaitsApart(await watched(), 'SELECT pg_sleep(0.05)');
  });

  it('is slow has the context of its request', async () => {
    const requests = new AsyncLocalStorage<string>();
    const { dataSource, logger } = await watched(
      { poolSize: 2 },
      { slowQueryThresholdMs: 0, context: () => ({ requestId: requests.getStore() }) },
    );
    const ids = Array.from({ length: 20 }, (_, i) => `request-${i}`);
    await Promise.all(ids.map((id, i) => requests.run(id, () => dataSource.query(`SELECT ${i} AS c${i}`))));
    const logged = logger.ofOperation('DB_SLOW_QUERY');
    expect(logged.map(({ statement, request_id }) => [statement, request_id])).toEqual(
      expect.arrayContaining(ids.map((id, i) => [`SELECT ? AS c${i}`, id])),
    );
  });
});

describe('on PostgreSQL the pool', () => {
  it('is read during a scrape', async () => {
    const { dataSource, metric } = await watched({ poolSize: 3 });
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    expect(await metric('db_pool_connections', { state: 'active' })).toBe(1);
    expect(await metric('db_pool_max_connections')).toBe(3);
    await runner.release();
    expect(await metric('db_pool_connections', { state: 'active' })).toBe(0);
    expect(await metric('db_pool_connections', { state: 'idle' })).toBe(1);
  });

  it('that is exhausted shows pending requests, their waits and the failed ones', async () => {
    const { dataSource, metric, seen, logger } = await watched(
      // Also the limit of connecting: a busy machine needs more than 100 ms.
      { poolSize: 1, connectTimeoutMS: 1_000 },
      { slowQueryThresholdMs: 0 },
    );
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    const waiting = refused(dataSource.query('SELECT 1'));
    expect(await metric('db_pool_pending')).toBe(1);
    expect(await waiting).toBe('timeout exceeded when trying to connect');
    expect(await metric('db_pool_acquire_timeouts_total')).toBe(1);
    expect(seen).toEqual([]);

    const runner = dataSource.createQueryRunner();
    const patient = runner.query('SELECT 2');
    await holder.query('SELECT pg_sleep(0.03)');
    await holder.release();
    await patient;
    expect(await metric('db_pool_acquire_seconds_count')).toBe(3);
    const waited = logger.ofOperation('DB_SLOW_QUERY').at(-1)!['pool_wait_ms'];
    expect(waited).toBeGreaterThanOrEqual(30);
    expect(seen.at(-1)!.poolSeconds).toBeGreaterThanOrEqual(0.03);
    expect(seen.at(-1)!.queuedSeconds).toBe(0);

    await runner.query('SELECT 3');
    expect(seen.at(-1)).toMatchObject({ sql: 'SELECT 3', poolSeconds: 0 });
    await runner.release();
  });

  it('distinguishes primary and replica when there are replicas', async () => {
    const server = { url: (database.dataSource().options as { url: string }).url };
    const { dataSource, metric } = await watched({
      replication: { master: server, slaves: [server, server] },
      poolSize: 2,
    });
    const replica = dataSource.createQueryRunner('slave');
    await replica.query('SELECT 1');
    expect(await metric('db_pool_connections', { state: 'active', role: 'replica' })).toBe(1);
    expect(await metric('db_pool_max_connections', { role: 'replica' })).toBe(4);
    expect(await metric('db_pool_max_connections', { role: 'primary' })).toBe(2);
    expect(await metric('db_pool_acquire_seconds_count', { role: 'replica' })).toBe(1);
    expect(await metric('db_pool_acquire_seconds_count', { role: 'primary' })).toBe(0);
    await replica.release();
  });

  it('has no figures of a closed DataSource, and does not fail the scrape', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.destroy();
    expect(await metric('db_pool_max_connections')).toBe(0);
    await dataSource.initialize();
    expect(await metric('db_pool_max_connections')).toBe(10);
  });
});

describe('on PostgreSQL a transaction', () => {
  const outcomes = async (metric: Watched['metric']) => [
    await metric('db_transaction_duration_seconds_count', { outcome: 'commit' }),
    await metric('db_transaction_duration_seconds_count', { outcome: 'rollback' }),
  ];

  it('whose statement failed silently counts as rolled back, although COMMIT succeeded', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.transaction((manager) => refused(manager.query('SELECT 1/0')));
    expect(await outcomes(metric)).toEqual([0, 1]);
  });

  it('whose COMMIT fails on a deferred constraint counts as rolled back', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.query('CREATE TABLE IF NOT EXISTS late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    await refused(dataSource.transaction((manager) => manager.query('INSERT INTO late VALUES (1), (1)')));
    expect(await outcomes(metric)).toEqual([0, 1]);
    expect(await metric('db_query_errors_total', { query_type: 'COMMIT', error_class: 'unique' })).toBe(1);
  });

  it('has an idle time between its statements', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_sleep(0.05)');
      await new Promise((resolve) => setTimeout(resolve, 60));
    });
    const idle = (await metric('db_transaction_idle_seconds_sum'))!;
    const duration = (await metric('db_transaction_duration_seconds_sum', { outcome: 'commit' }))!;
    expect(idle).toBeGreaterThanOrEqual(0.055);
    expect(duration - idle).toBeGreaterThanOrEqual(0.05);
    expect(await outcomes(metric)).toEqual([1, 0]);
  });

  it('in one text is counted', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.query('BEGIN; SELECT 1; COMMIT');
    expect(await outcomes(metric)).toEqual([1, 0]);
  });
});

describe('on PostgreSQL a stream', () => {
  const rows = (count: number) => `SELECT i, 'secret' AS s FROM generate_series(1, ${count}) AS i`;
  const read = async (runner: QueryRunner, sql: string) => {
    let count = 0;
    for await (const row of await runner.stream(sql)) count += row ? 1 : 0;
    return count;
  };

  it('is counted once with its rows and its first row', async () => {
    const { dataSource, seen, metric } = await watched();
    const runner = dataSource.createQueryRunner();
    expect(await read(runner, rows(1000))).toBe(1000);
    await runner.release();
    expect(seen).toEqual([expect.objectContaining({ failed: false, type: 'SELECT' })]);
    expect(seen[0]!.stream!.rows).toBe(1000);
    expect(seen[0]!.stream!.firstRowSeconds).toBeGreaterThan(0);
    expect(seen[0]!.stream!.firstRowSeconds).toBeLessThanOrEqual(seen[0]!.seconds);
    expect(await metric('db_query_streamed_rows_total')).toBe(1000);
    expect(await metric('db_query_first_row_seconds_count')).toBe(1);
  });

  it('without a row has no first row', async () => {
    const { dataSource, seen } = await watched();
    const runner = dataSource.createQueryRunner();
    expect(await read(runner, rows(0))).toBe(0);
    await runner.release();
    expect(seen[0]!.stream).toEqual({ rows: 0, firstRowSeconds: undefined, readerSeconds: expect.any(Number) });
  });

  it('that fails is counted with its error, which reaches the reader', async () => {
    const { dataSource, seen } = await watched();
    const runner = dataSource.createQueryRunner();
    await expect(read(runner, 'SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i')).rejects.toThrow(
      'division by zero',
    );
    await expect(read(runner, 'SELEC')).rejects.toThrow('syntax error');
    await runner.release();
    expect(seen.map((query) => query.errorClass)).toEqual(['data', 'syntax']);
  });

  it('whose error is not handled is still an unhandled error', async () => {
    const { dataSource } = await watched();
    const runner = dataSource.createQueryRunner();
    const stream = await runner.stream('SELEC');
    expect(stream.listenerCount('error')).toBe(0);
    await expect(
      pipeline(stream, async (source) => {
        for await (const row of source) void row;
      }),
    ).rejects.toThrow('syntax error');
    await runner.release();
  });

  it('that is closed early is counted once, as a success', async () => {
    const { dataSource, seen } = await watched();
    const runner = dataSource.createQueryRunner();
    for await (const row of await runner.stream(rows(100_000))) if (row) break;
    await runner.query('SELECT 1');
    await runner.release();
    expect(seen.map(({ sql, failed }) => [sql, failed])).toEqual([
      [rows(100_000), false],
      ['SELECT 1', false],
    ]);
  });

  it('makes later statements on the connection wait', async () => {
    const { dataSource, seen } = await watched();
    const runner = dataSource.createQueryRunner();
    const stream = await runner.stream('SELECT pg_sleep(0.05)');
    const behind = runner.query('SELECT 1');
    stream.resume();
    await behind;
    await runner.release();
    expect(seen).toHaveLength(2);
    expect(seen[1]!.queuedSeconds).toBeGreaterThanOrEqual(0.04);
  });
});

async function untilActive(pid: number): Promise<void> {
  for (;;) {
    const { rows } = await database.admin.query<{ state: string; query: string }>(
      'SELECT state, query FROM pg_stat_activity WHERE pid = $1',
      [pid],
    );
    if (rows[0]?.state === 'active' && rows[0].query.includes('pg_sleep')) return;
  }
}
