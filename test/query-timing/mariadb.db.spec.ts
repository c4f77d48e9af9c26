import type { QueryRunner } from 'typeorm';
import type { CompletedQuery } from '../../src/query-timing/core';
import { startMariaDb, type TestMariaDb } from './support/mariadb';
import { expectWaitsApart, refused, watching } from './support/watching';

let database: TestMariaDb;
beforeAll(async () => void (database = await startMariaDb()), 120_000);
afterAll(() => database?.stop());

const watched = watching((more) => database.dataSource(more));
const failures = (seen: readonly CompletedQuery[]) =>
  seen.filter(({ failed }) => failed).map(({ errorClass }) => errorClass);
const connectionId = async (runner: QueryRunner) => ((await runner.connect()) as { threadId: number }).threadId;

async function untilAsleep(id: number): Promise<void> {
  for (;;) {
    const [rows] = await database.admin.query('SELECT state FROM information_schema.processlist WHERE id = ?', [id]);
    if ((rows as { state: string }[])[0]?.state === 'User sleep') return;
  }
}

describe('on MariaDB a query that', () => {
  it('succeeds is counted with its execution time, and no metric is reported as unavailable', async () => {
    const { seen, dataSource, logger } = await watched();
    await dataSource.query('SELECT SLEEP(0.05)');
    expect(seen).toHaveLength(1);
    expect(seen[0]!.seconds).toBeGreaterThanOrEqual(0.05);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([]);
  });

  it('fails is counted by its error class', async () => {
    const { seen, dataSource } = await watched();
    for (const sql of ['SELEC 1', 'SELECT * FROM nowhere', 'SELECT a', "SIGNAL SQLSTATE '45000'"])
      await refused(dataSource.query(sql));
    expect(failures(seen)).toEqual(['syntax', 'syntax', 'syntax', 'other']);
  });

  it('breaks a constraint is counted by the kind of constraint', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('CREATE OR REPLACE TABLE kinds (a int PRIMARY KEY, b int NOT NULL CHECK (b > 0))');
    for (const values of ['1, 1', '1, 1', '2, NULL', '3, -1'])
      await refused(dataSource.query(`INSERT INTO kinds VALUES (${values})`));
    await dataSource.query('CREATE OR REPLACE TABLE child (a int REFERENCES kinds (a))');
    await refused(dataSource.query('INSERT INTO child VALUES (7)'));
    expect(failures(seen)).toEqual(['unique', 'constraint', 'constraint', 'constraint']);
  });

  it('times out on the server or in the client counts as a timeout', async () => {
    // With such a timeout, TypeORM logs slow queries itself.
    const log = jest.spyOn(console, 'log').mockReturnValue();
    const { seen, dataSource, metric } = await watched({ maxQueryExecutionTime: 50, enableQueryTimeout: true });
    await refused(dataSource.query('SET STATEMENT max_statement_time = 0.01 FOR SELECT SLEEP(5) FROM seq_1_to_9'));
    await refused(dataSource.query('SELECT SLEEP(0.3)'));
    log.mockRestore();
    expect(failures(seen)).toEqual(['timeout', 'timeout']);
    expect(await metric('db_query_timeouts_total', { query_type: 'SELECT' })).toBe(1);
    expect(await metric('db_query_timeouts_total', { query_type: 'OTHER' })).toBe(1);
  });

  it('is cancelled, or whose connection is killed, is counted as such, and so is one that waits for it', async () => {
    const { seen, dataSource } = await watched();
    for (const kill of ['KILL QUERY', 'KILL']) {
      const runner = dataSource.createQueryRunner();
      const id = await connectionId(runner);
      const both = [refused(runner.query('SELECT SLEEP(10)')), refused(runner.query('SELECT 1'))];
      await untilAsleep(id);
      await database.admin.query(`${kill} ${id}`);
      await Promise.all(both);
      await runner.release();
    }
    expect(seen.map(({ errorClass }) => errorClass)).toEqual(['cancelled', undefined, 'connection', 'connection']);
  });

  it('waits for a lock too long, or in a deadlock, is counted as such', async () => {
    const { seen, dataSource, metric } = await watched();
    await dataSource.query('CREATE OR REPLACE TABLE locks (id int PRIMARY KEY)');
    await dataSource.query('INSERT INTO locks VALUES (1), (2)');
    const [one, two] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
    for (const runner of [one, two]) await runner.startTransaction();
    await one.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE');
    await two.query('SELECT * FROM locks WHERE id = 2 FOR UPDATE');
    await refused(two.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE NOWAIT'));
    await Promise.all([
      refused(one.query('SELECT * FROM locks WHERE id = 2 FOR UPDATE')),
      refused(two.query('SELECT * FROM locks WHERE id = 1 FOR UPDATE')),
    ]);
    expect(failures(seen)).toEqual(['lock_timeout', 'deadlock']);
    // The server has rolled back one of the two; later statements are not part of a transaction.
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'rollback' })).toBe(1);
    for (const runner of [one, two]) await runner.commitTransaction().then(() => runner.release());
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'rollback' })).toBe(1);
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'commit' })).toBe(1);
  });

  it('succeeds has the number of rows that it returned or changed, as far as the driver says', async () => {
    const { seen, dataSource } = await watched();
    await dataSource.query('CREATE OR REPLACE TABLE counted (a int)');
    await dataSource.query('INSERT INTO counted VALUES (1), (2), (3)');
    await dataSource.query('UPDATE counted SET a = 0 WHERE a > 1');
    await dataSource.query('SELECT * FROM counted WHERE a > 5');
    await dataSource.query('SELECT * FROM counted');
    await dataSource.query('SELECT 0 AS serverStatus, a AS affectedRows FROM counted');
    await refused(dataSource.query('SELECT * FROM nowhere'));
    expect(seen.map(({ rows }) => rows)).toEqual([0, 3, 2, 0, 3, 3, undefined]);
  });

  it('waits for others on its connection has a separate queue time', async () => {
    await expectWaitsApart(await watched(), 'SELECT SLEEP(0.05)');
  });

  it('is slow is logged without literals and parameters, whatever their quotes', async () => {
    const { dataSource, logger } = await watched({}, { slowQueryThresholdMs: 0 });
    await dataSource.query('CREATE OR REPLACE TABLE `a ``table``` (`it\'s` text, `b``"` int)');
    const statement = "INSERT INTO `a ``table``` (`it's`, `b``\"`) VALUES (\"it's \\\" secret\", ?), ('secret\\'', 7)";
    await dataSource.query(statement, [47_114_711]);
    await dataSource.query('SELECT `it\'s` # secret\n FROM `a ``table``` WHERE `b``"` IN (47114711, 47114712)');
    expect(logger.ofOperation('DB_SLOW_QUERY').map((entry) => entry['statement'])).toEqual([
      'CREATE OR REPLACE TABLE `a ``table``` (`it\'s` text, `b``"` int)',
      'INSERT INTO `a ``table``` (`it\'s`, `b``"`) VALUES (?, ?)',
      'SELECT `it\'s` FROM `a ``table``` WHERE `b``"` IN (?)',
    ]);
    expect(JSON.stringify(logger.entries)).not.toMatch(/secret|4711471/);
  });
});

describe('on MariaDB the pool', () => {
  it('is read during a scrape and shows the pending requests and their waits', async () => {
    const { dataSource, metric, seen } = await watched({ poolSize: 1 });
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    expect(await metric('db_pool_connections', { state: 'active' })).toBe(1);
    expect(await metric('db_pool_max_connections')).toBe(1);
    const patient = dataSource.query('SELECT 1');
    expect(await metric('db_pool_pending')).toBe(1);
    await holder.query('SELECT SLEEP(0.03)');
    await holder.release();
    await patient;
    expect(await metric('db_pool_connections', { state: 'idle' })).toBe(1);
    expect(await metric('db_pool_acquire_seconds_count')).toBe(2);
    expect(seen.at(-1)!.poolSeconds).toBeGreaterThanOrEqual(0.03);
    expect(seen.at(-1)!.queuedSeconds).toBe(0);
  });

  it('with a full queue has a failed request and no statement', async () => {
    const { dataSource, metric, seen } = await watched({ extra: { queueLimit: 1 }, poolSize: 1 });
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    const patient = dataSource.query('SELECT 1');
    expect(await refused(dataSource.query('SELECT 2'))).toBe('Queue limit reached.');
    expect(await metric('db_pool_acquire_failures_total', { reason: 'queue_full' })).toBe(1);
    expect(await metric('db_pool_acquire_timeouts_total')).toBe(0);
    await holder.release();
    await patient;
    expect(seen).toHaveLength(1);
  });

  it('distinguishes primary and replica when there are replicas', async () => {
    const { credentials } = database;
    const { dataSource, metric } = await watched({
      replication: { master: credentials, slaves: [credentials, credentials] },
      poolSize: 2,
    });
    const replica = dataSource.createQueryRunner('slave');
    await replica.query('SELECT 1');
    expect(await metric('db_pool_connections', { state: 'active', role: 'replica' })).toBe(1);
    expect(await metric('db_pool_max_connections', { role: 'primary' })).toBe(2);
    expect(await metric('db_pool_acquire_seconds_count', { role: 'replica' })).toBe(1);
    expect(await metric('db_pool_acquire_seconds_count', { role: 'primary' })).toBe(0);
    await replica.release();
  });
});

describe('on MariaDB a transaction', () => {
  it('is timed from BEGIN to its end, including savepoints', async () => {
    const { dataSource, metric, seen } = await watched();
    await dataSource.transaction(async (manager) => {
      await manager.transaction(() => Promise.reject(new Error('inner'))).catch(() => undefined);
      await manager.query('SELECT SLEEP(0.02)');
    });
    await dataSource.transaction(() => Promise.reject(new Error('outer'))).catch(() => undefined);
    expect(seen.map(({ type }) => type)).toEqual(
      ['BEGIN', 'OTHER', 'ROLLBACK', 'SELECT', 'COMMIT', 'BEGIN', 'ROLLBACK'], // OTHER: the savepoint
    );
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'commit' })).toBe(1);
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'rollback' })).toBe(1);
    expect(await metric('db_transaction_duration_seconds_sum', { outcome: 'commit' })).toBeGreaterThanOrEqual(0.02);
  });
});

describe('on MariaDB a stream', () => {
  const read = async (runner: QueryRunner, sql: string, most = Infinity) => {
    let count = 0;
    for await (const row of await runner.stream(sql)) if (row && ++count >= most) break;
    return count;
  };

  it('is counted once, whether it is read to its end, closed early or fails', async () => {
    const { dataSource, seen, metric } = await watched();
    const runner = dataSource.createQueryRunner();
    expect(await read(runner, 'SELECT seq FROM seq_1_to_1000')).toBe(1000);
    expect(await read(runner, 'SELECT seq FROM seq_1_to_1000 WHERE seq < 0')).toBe(0);
    expect(await read(runner, 'SELECT seq, REPEAT("x", 1000) FROM seq_1_to_10000', 1)).toBe(1);
    await expect(read(runner, 'SELECT * FROM nowhere')).rejects.toThrow("doesn't exist");
    await runner.query('SELECT 1');
    await runner.release();
    expect(seen.map(({ errorClass }) => errorClass)).toEqual([undefined, undefined, undefined, 'syntax', undefined]);
    expect(seen[0]!.stream!.rows).toBe(1000);
    expect(seen[0]!.stream!.firstRowSeconds).toBeLessThanOrEqual(seen[0]!.seconds);
    expect(seen[1]!.stream).toEqual({ rows: 0, firstRowSeconds: undefined, readerSeconds: expect.any(Number) });
    expect(await metric('db_query_first_row_seconds_count')).toBe(2);
  });
});
