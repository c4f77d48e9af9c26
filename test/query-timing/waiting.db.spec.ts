import type { Logger } from 'typeorm';
import type { CompletedQuery } from '../../src/query-timing/core';
import { startMariaDb, type TestMariaDb } from './support/mariadb';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { refused, watching } from './support/watching';

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

const onPostgres = watching((more) => postgres.dataSource(more));
const onMariaDb = watching((more) => mariadb.dataSource(more));

/** TypeORM prints each statement over its time-out. */
const nothing = () => undefined;
const silent: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

const failures = (seen: readonly CompletedQuery[]) => seen.map(({ failed }) => failed);

describe('with pipelining', () => {
  const pipelined = () => onPostgres({ extra: { pipeline: true } });

  it('counts the failure of a statement whose equal one succeeded in the same packet', async () => {
    const { dataSource, seen, metric } = await pipelined();
    const runner = dataSource.createQueryRunner();
    // The sequence starts at 2: of two equal statements, the second divides by zero.
    await runner.query('CREATE TEMPORARY SEQUENCE counting INCREMENT -1 MINVALUE 0 MAXVALUE 2 START 2 CYCLE');
    const pairs = 200;
    const sql = 'SELECT 1 / (nextval($$counting$$) - 1)';
    for (let pair = 0; pair < pairs; pair++) {
      await runner.query('ALTER SEQUENCE counting RESTART WITH 2');
      const outcomes = await Promise.all([refused(runner.query(sql)), refused(runner.query(sql))]);
      expect(outcomes).toEqual(['ok', 'division by zero']);
    }
    const twins = seen.filter((query) => query.sql === sql);
    expect(failures(twins)).toEqual(Array.from({ length: 2 * pairs }, (_, i) => i % 2 === 1));
    expect(await metric('db_query_errors_total', { query_type: 'SELECT', error_class: 'data' })).toBe(pairs);
    await runner.release();
  });

  it('times a statement from its own start, however many failed before', async () => {
    const { dataSource, seen } = await pipelined();
    const runner = dataSource.createQueryRunner();
    const bad = () => refused(runner.query('SELECT 1 / 0'));
    await Promise.all([runner.query('SELECT 1'), bad(), bad(), runner.query('SELECT 1')]);
    await runner.query('SELECT pg_sleep(0.1)');
    const started = performance.now();
    await runner.query('SELECT 1');
    const elapsed = (performance.now() - started) / 1000;
    expect(seen.at(-1)!.seconds).toBeLessThanOrEqual(elapsed);
    expect(failures(seen)).toEqual([false, true, true, false, false, false]);
    await runner.release();
  });

  it('keeps the waits of statements that were sent together apart', async () => {
    const { dataSource, seen } = await pipelined();
    const runner = dataSource.createQueryRunner();
    await runner.query('SELECT 1');
    const started = performance.now();
    await Promise.all(Array.from({ length: 3 }, () => runner.query('SELECT pg_sleep(0.05)')));
    const elapsed = (performance.now() - started) / 1000;
    const [, a, b, c] = seen as [CompletedQuery, CompletedQuery, CompletedQuery, CompletedQuery];
    expect(a.seconds + b.seconds + c.seconds).toBeLessThanOrEqual(elapsed);
    expect(c.queuedSeconds).toBeGreaterThan(b.queuedSeconds + 0.03);
    await runner.release();
  });

  it('counts each statement when the client gives up, which closes the connection', async () => {
    const { dataSource, seen } = await onPostgres({ extra: { pipeline: true, query_timeout: 100 } });
    const runner = dataSource.createQueryRunner();
    await Promise.all(['SELECT pg_sleep(1)', 'SELECT 1', 'SELECT 1'].map((sql) => refused(runner.query(sql))));
    expect(failures(seen)).toEqual([true, true, true]);
    await dataSource.query('SELECT 2');
    expect(seen.at(-1)).toMatchObject({ sql: 'SELECT 2', failed: false, queuedSeconds: 0 });
  });
});

describe.each([
  ['PostgreSQL', () => onPostgres({ poolSize: 1, extra: { query_timeout: 100 } }), 'SELECT pg_sleep(1)'],
  [
    'MariaDB',
    () => onMariaDb({ poolSize: 1, maxQueryExecutionTime: 100, enableQueryTimeout: true, logger: silent }),
    'SELECT SLEEP(1)',
  ],
] as const)('on %s a statement after one that its client gave up on', (server, open, sleeping) => {
  it('has waited in the queue, on the same runner', async () => {
    const { dataSource, seen } = await open();
    const runner = dataSource.createQueryRunner();
    await runner.query('SELECT 0');
    await refused(runner.query(sleeping));
    await untilCompleted(runner.query.bind(runner), 'SELECT 1', server);
    const after = seen.filter(({ sql }) => sql === 'SELECT 1');
    const waited = after.reduce((sum, { queuedSeconds }) => sum + queuedSeconds, 0);
    expect(waited).toBeGreaterThan(0.3);
    expect(after.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(waited);
    // It has ended: the next one has waited for nothing.
    await runner.query('SELECT 2');
    expect(seen.at(-1)).toMatchObject({ sql: 'SELECT 2', queuedSeconds: 0 });
    await runner.release();
  });

  it('has waited in the queue, on the runner that uses the connection next', async () => {
    const { dataSource, seen } = await open();
    await refused(dataSource.query(sleeping));
    await untilCompleted(dataSource.query.bind(dataSource), 'SELECT 1', server);
    const waited = seen.filter(({ sql }) => sql === 'SELECT 1').reduce((sum, one) => sum + one.queuedSeconds, 0);
    expect(waited).toBeGreaterThan(0.3);
    await dataSource.query('SELECT 2');
    expect(seen.at(-1)).toMatchObject({ sql: 'SELECT 2', queuedSeconds: 0 });
  });

  it('has waited in the queue if it was sent together with it', async () => {
    const { dataSource, seen } = await open();
    const runner = dataSource.createQueryRunner();
    await runner.query('SELECT 0');
    const together = Promise.all([sleeping, 'SELECT 1', 'SELECT 1'].map((sql) => refused(runner.query(sql))));
    await together;
    await untilCompleted(runner.query.bind(runner), 'SELECT 2', server);
    await runner.query('SELECT 3');
    const after = seen.filter(({ sql }) => /SELECT [12]/.test(sql));
    for (const { queuedSeconds, seconds } of after) expect(seconds).toBeLessThan(Math.max(queuedSeconds, 0.1));
    expect(seen.at(-1)).toMatchObject({ sql: 'SELECT 3', queuedSeconds: 0 });
    await runner.release();
  });
});

describe('on MariaDB a statement that its client gave up on', () => {
  it('does not make its transaction idle while the server still runs it', async () => {
    const { dataSource, metric } = await onMariaDb({
      maxQueryExecutionTime: 100,
      enableQueryTimeout: true,
      logger: silent,
    });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await refused(runner.query('SELECT SLEEP(1)'));
    await runner.rollbackTransaction();
    await runner.release();
    const duration = (await metric('db_transaction_duration_seconds_sum', { outcome: 'rollback' }))!;
    expect(duration).toBeGreaterThan(0.9);
    expect(await metric('db_transaction_idle_seconds_sum')).toBeLessThan(duration / 2);
  });
});

/** pg's time-out includes the wait, so a statement may have to be repeated until its connection is free. */
async function untilCompleted(query: (sql: string) => Promise<unknown>, sql: string, server: string): Promise<void> {
  for (;;) {
    const outcome = await refused(query(sql));
    if (outcome === 'ok') return;
    expect([server, outcome]).toEqual(['PostgreSQL', 'Query read timeout']);
  }
}
