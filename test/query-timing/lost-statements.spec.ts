import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { DataSource, type QueryRunner } from 'typeorm';
import { installQueryTiming, type CompletedQuery, type InstallOptions } from '../../src/query-timing/core';
import { sample } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const KILOBYTE = 1024;

/** After what was queued has run, and this time, a statement that its connection does not know has been lost. */
async function untilLost(): Promise<void> {
  await setImmediate();
  await sleep(150);
}

async function timed(dataSource: DataSource, options: InstallOptions = {}) {
  const registry = new Registry();
  const logger = recordingLogger();
  const timing = installQueryTiming(dataSource, { registry, logger, ...options });
  const lost = () => sample(registry, 'db_query_timing_internal_errors_total', { part: 'query_probe' });
  const failed = () => sample(registry, 'db_query_errors_total', { query_type: 'SELECT', error_class: 'syntax' });
  return { dataSource, timing, logger, lost, failed };
}

const sqlite = () => new DataSource({ type: 'sqljs' }).initialize();

/** The events of a driver that reports no failure, as better-sqlite3 before TypeORM 1.1.1. */
async function withoutFailures() {
  const dataSource = await sqlite();
  const timing = await timed(dataSource);
  const [subscriber] = dataSource.subscribers;
  const queryRunner = dataSource.createQueryRunner();
  const fail = (query: string, parameters?: unknown) =>
    void subscriber!.beforeQuery!({ queryRunner, query, parameters } as never);
  const run = (query: string) => {
    const event = { queryRunner, query, success: true };
    void subscriber!.beforeQuery!(event as never);
    void subscriber!.afterQuery!(event as never);
  };
  return { ...timing, fail, run };
}

describe('statements that begin and never end', () => {
  it('keep little memory, whatever their size, and none of their parameters', async () => {
    const { fail } = await withoutFailures();
    const heap = () => {
      for (let i = 0; i < 4; i++) collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const large = 100 * KILOBYTE;
    const failOnce = (i: number) => {
      const parameters = [Buffer.alloc(large)];
      fail(Buffer.alloc(large, `INSERT ${i} `).toString(), parameters);
      return new WeakRef(parameters);
    };
    const before = heap();
    const parameters = Array.from({ length: 2000 }, (_, i) => failOnce(i));
    await sleep(0);
    expect(heap() - before).toBeLessThan(32 * 2 * large + KILOBYTE * KILOBYTE);
    expect(parameters.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });

  it('are counted as internal errors, and logged once', async () => {
    const { fail, dataSource, timing, lost, logger } = await withoutFailures();
    for (let i = 0; i < 500; i++) fail(`INSERT ${i}`);
    await untilLost();
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
    expect(await lost()).toBe(500);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toMatchObject([
      { part: 'query_probe', error_type: 'StatementWithoutEndError' },
    ]);
  });

  it('do not change the time of a later statement, equal or not', async () => {
    const { fail, dataSource, timing } = await withoutFailures();
    const longest = async (sql: string) => {
      timing.resetStats();
      const started = performance.now();
      await dataSource.query(sql);
      return timing.getSummary().slowestQueries[0]!.maxDurationMs <= performance.now() - started;
    };
    for (const sql of ['SELECT 1', 'SELECT 1', 'SELECT 2']) {
      fail('SELECT 1');
      await sleep(20);
      expect(await longest(sql)).toBe(true);
    }
  });

  it('leave the statements after them on the fast lane', async () => {
    const { fail, run, dataSource } = await withoutFailures();
    fail('SELECT 0');
    run('SELECT 1');
    await untilLost();
    run('SELECT 1');
    const [subscriber] = dataSource.subscribers as unknown as { completion: { complete: () => void } }[];
    const complete = jest.spyOn(subscriber!.completion, 'complete');
    for (let i = 0; i < 10; i++) run('SELECT 1');
    expect(complete).not.toHaveBeenCalled();
  });

  it('are not counted when another subscriber refuses them on sql.js, and the others are', async () => {
    const { dataSource, timing, lost } = await timed(await sqlite());
    dataSource.subscribers.push({
      beforeQuery: ({ query }) => {
        if (query.includes('refused')) throw new Error('refused');
      },
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => dataSource.query(i % 4 === 0 ? 'SELECT 1 AS refused' : 'SELECT 1')),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(25);
    expect(timing.getSummary().totalQueries).toBe(75);
    await untilLost();
    await dataSource.query('SELECT 1');
    expect(await lost()).toBe(25);
    expect(timing.getSummary().totalQueries).toBe(76);
  });
});

describe('statements that are open together', () => {
  const many = 300;

  it.each([
    ['equal', () => 'SELECT 1'],
    ['different', (i: number) => `SELECT ${i}`],
  ])('(%s ones) are each counted once, however many', async (_, sql) => {
    for (const dataSource of [await sqlite(), await initializedStub()]) {
      const seen: CompletedQuery[] = [];
      const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
      const { lost } = await timed(dataSource, { sinks });
      const runner: QueryRunner = dataSource.createQueryRunner();
      const started = performance.now();
      await Promise.all(Array.from({ length: many }, (__, i) => runner.query(sql(i))));
      const elapsed = (performance.now() - started) / 1000;
      expect(seen.map((query) => query.sql)).toEqual(Array.from({ length: many }, (__, i) => sql(i)));
      expect(seen.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(elapsed);
      expect(await lost()).toBe(0);
    }
  });

  it('are forgotten on a connection that cannot be asked as soon as a later one has ended, and change no time of it', async () => {
    const seen: CompletedQuery[] = [];
    const dataSource = await sqlite();
    Object.assign(dataSource, { options: { ...dataSource.options, type: 'expo' } });
    const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
    const { lost } = await timed(dataSource, { sinks });
    const [subscriber] = dataSource.subscribers;
    const queryRunner = dataSource.createQueryRunner();
    const begin = (query: string, parameters: unknown[] = []) => {
      const event = { queryRunner, query, parameters, success: true };
      void subscriber!.beforeQuery!(event as never);
      return () => void subscriber!.afterQuery!(event as never);
    };
    for (let i = 0; i < 40; i++) begin('SELECT * FROM missing');
    await untilLost();
    begin('CREATE TABLE missing (a int)')();
    expect(await lost()).toBe(40);
    await sleep(50);
    begin('SELECT * FROM missing')();
    const together = [begin('SELECT 1'), begin('SELECT 2')];
    for (const end of together) end();
    expect(seen.map(({ sql }) => sql)).toEqual([
      'CREATE TABLE missing (a int)',
      'SELECT * FROM missing',
      'SELECT 1',
      'SELECT 2',
    ]);
    expect(Math.max(...seen.map(({ seconds }) => seconds))).toBeLessThan(0.05);
    expect(await lost()).toBe(40);
  });
});
