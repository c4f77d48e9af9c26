import { Registry } from 'prom-client';
import type { QueryRunner } from 'typeorm';
import { installQueryTiming, type CompletedQuery, type InstallOptions } from '../../../src/query-timing/core';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { deferred, initializedStub, type StubServer } from '../support/stub-postgres';
import { NEVER_SLOW } from '../support/timed';
import { fingerprintHash } from '../../../src/query-timing/sql/fingerprint-hash';

async function watched(server?: StubServer, options: InstallOptions = {}) {
  const seen: CompletedQuery[] = [];
  const dataSource = await initializedStub(server);
  const registry = new Registry();
  const sink = { record: (query: CompletedQuery) => void seen.push(query) };
  const given = { logger: recordingLogger(), registry, sinks: [sink], ...NEVER_SLOW, ...options };
  const timing = installQueryTiming(dataSource, given);
  return { seen, dataSource, registry, timing };
}

const aFewTicks = () => new Promise((resolve) => setImmediate(resolve));
const sqlOf = (queries: readonly CompletedQuery[]) => queries.map(({ sql }) => sql);
const throwing = (hook: 'beforeQuery' | 'afterQuery', only = /./) => ({
  [hook]: ({ query }: { query: string }) => {
    if (only.test(query)) throw new Error(`another subscriber's ${hook}`);
  },
});

describe('the query probe', () => {
  it('reports a success once, with its text, type, parameters and time', async () => {
    const { seen, dataSource } = await watched();
    const parameters = [1, 'two'];
    await dataSource.query('SELECT * FROM t WHERE a = $1 AND b = $2', parameters);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      type: 'SELECT',
      failed: false,
      error: undefined,
      dataSource: 'default',
      slow: false,
    });
    expect(seen[0]!.parameters).toBe(parameters);
    expect(seen[0]!.seconds).toBeGreaterThan(0);
    expect(seen[0]!.queuedSeconds).toBe(0);
    expect(seen[0]!.statement).toBe('SELECT * FROM t WHERE a = $1 AND b = $2');
    expect(seen[0]!.fingerprint).toBe(fingerprintHash(seen[0]!.statement));
  });

  it('reports a failure once, with its error and class, and the caller receives the same error', async () => {
    const refusal = Object.assign(new Error('duplicate key'), { code: '23505' });
    const { seen, dataSource } = await watched(() => Promise.reject(refusal));
    await expect(dataSource.query('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ driverError: refusal });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ failed: true, error: refusal, errorClass: 'unique', type: 'INSERT' });
  });

  it('has the duration of a query even when the system clock steps back', async () => {
    const { seen, dataSource } = await watched();
    const clock = jest.spyOn(Date, 'now');
    for (let hour = 10; hour > 0; hour--) clock.mockReturnValueOnce(hour * 3_600_000);
    await dataSource.query('SELECT 1');
    clock.mockRestore();
    expect(seen[0]!.seconds).toBeGreaterThan(0);
    expect(seen[0]!.seconds).toBeLessThan(60);
  });

  describe('with globals that a test has replaced', () => {
    const never = () => {
      throw new Error('a replaced global was called');
    };
    // Not Date, which TypeORM itself calls.
    const names = [
      ...['performance', 'queueMicrotask', 'setTimeout', 'setInterval', 'setImmediate'],
      ...['clearTimeout', 'clearInterval', 'clearImmediate'],
    ] as const;
    const descriptors = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const);
    const { hrtime, nextTick } = process;

    afterEach(() => {
      jest.useRealTimers();
      for (const [name, descriptor] of descriptors) Object.defineProperty(globalThis, name, descriptor);
      Object.assign(process, { hrtime, nextTick });
    });

    it.each([
      ["Jest's fake timers", () => jest.useFakeTimers()],
      ["Jest's fake timers without a fake nextTick", () => jest.useFakeTimers({ doNotFake: ['nextTick'] })],
      ["Jest's fake timers with a fake Date only", () => jest.useFakeTimers({ now: 0, doNotFake: ['performance'] })],
      [
        'functions that throw',
        () => {
          for (const name of names) Object.defineProperty(globalThis, name, { value: never, configurable: true });
          Object.assign(process, { hrtime: Object.assign(never, { bigint: never }), nextTick: never });
        },
      ],
    ])('(%s) counts each success and each failure with its time', async (_, replace) => {
      let asked = 0;
      const { seen, dataSource } = await watched(() =>
        ++asked % 2 === 0 ? Promise.reject(new Error('no')) : undefined,
      );
      const runner = dataSource.createQueryRunner();
      replace();
      await Promise.allSettled(Array.from({ length: 6 }, () => runner.query('SELECT 1')));
      await runner.query('SELECT 1');
      await runner.query('SELECT 1').catch(() => undefined);
      expect(seen.map(({ failed }) => failed)).toEqual([false, true, false, true, false, true, false, true]);
      expect(seen.every(({ seconds }) => seconds > 0 && seconds < 60)).toBe(true);
    });
  });

  describe('on one connection with concurrent statements', () => {
    it('separates waiting from execution', async () => {
      const results = new Map(['A', 'B', 'C'].map((sql) => [sql, deferred()]));
      const { seen, dataSource } = await watched((sql) => results.get(sql)!.promise);
      const runner = dataSource.createQueryRunner();
      const started = performance.now();
      const all = Promise.all(['A', 'B', 'C'].map((sql) => runner.query(sql)));
      await aFewTicks();
      const sent = performance.now();
      const responded: number[] = [];
      for (const sql of ['A', 'B', 'C']) {
        const until = performance.now() + 20;
        while (performance.now() < until) await aFewTicks();
        responded.push(performance.now());
        results.get(sql)!.resolve();
        await aFewTicks();
      }
      await all;
      const elapsed = (performance.now() - started) / 1000;
      expect(sqlOf(seen)).toEqual(['A', 'B', 'C']);
      const [a, b, c] = seen as [CompletedQuery, CompletedQuery, CompletedQuery];
      expect(a.queuedSeconds).toBe(0);
      expect(b.queuedSeconds).toBeGreaterThanOrEqual((responded[0]! - sent) / 1000);
      expect(c.queuedSeconds).toBeGreaterThanOrEqual((responded[1]! - sent) / 1000);
      // Without the waits: if they were included, the sum of the three would be twice the elapsed time.
      expect(a.seconds + b.seconds + c.seconds).toBeLessThanOrEqual(elapsed);
      await runner.release();
    });

    it('counts equal ones one by one, with and without parameters', async () => {
      const { seen, dataSource } = await watched();
      const runner = dataSource.createQueryRunner();
      const same = [1];
      await Promise.all([
        ...Array.from({ length: 5 }, () => runner.query('SELECT 1')),
        ...Array.from({ length: 5 }, () => runner.query('SELECT $1', same)),
        ...Array.from({ length: 5 }, (_, i) => runner.query('SELECT $1', [i])),
      ]);
      expect(seen).toHaveLength(15);
      await runner.release();
    });

    it('counts a success and then the failure of an equal statement', async () => {
      let asked = 0;
      const { seen, dataSource } = await watched(() => (++asked === 2 ? Promise.reject(new Error('no')) : undefined));
      const runner = dataSource.createQueryRunner();
      await Promise.allSettled(Array.from({ length: 3 }, () => runner.query('SELECT 1')));
      expect(seen.map(({ failed }) => failed)).toEqual([false, true, false]);
      await runner.release();
    });

    it('does not confuse the end of a statement that began before it was attached', async () => {
      const { seen, dataSource } = await watched();
      const [subscriber] = dataSource.subscribers;
      const queryRunner = {};
      const ends = (query: string) => void subscriber!.afterQuery!({ queryRunner, query, success: true } as never);
      void subscriber!.beforeQuery!({ queryRunner, query: 'SELECT 1' } as never);
      ends('began earlier');
      expect(seen).toEqual([]);
      ends('SELECT 1');
      expect(sqlOf(seen)).toEqual(['SELECT 1']);
    });

    it('counts a failure between successes', async () => {
      const { seen, dataSource } = await watched((sql) =>
        sql === 'bad' ? Promise.reject(new Error('no')) : undefined,
      );
      const runner = dataSource.createQueryRunner();
      await Promise.allSettled(['SELECT 1', 'bad', 'SELECT 1', 'bad', 'SELECT 1'].map((sql) => runner.query(sql)));
      expect(seen.map(({ failed }) => failed)).toEqual([false, true, false, true, false]);
      await runner.release();
    });
  });

  describe('beside other subscribers that break the rules', () => {
    it('ignores the second report of a statement by TypeORM', async () => {
      const { seen, dataSource } = await watched();
      dataSource.subscribers.push(throwing('afterQuery'));
      await expect(dataSource.query('SELECT 1')).rejects.toThrow("another subscriber's afterQuery");
      expect(seen).toEqual([expect.objectContaining({ failed: false })]);
    });

    it('does not take a second report for an equal statement that is still open', async () => {
      const { seen, dataSource } = await watched();
      let thrown = 0;
      dataSource.subscribers.push({
        afterQuery: () => {
          if (thrown++ === 0) throw new Error('once');
        },
      });
      const runner = dataSource.createQueryRunner();
      const outcomes = await Promise.allSettled([runner.query('SELECT 1'), runner.query('SELECT 1')]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(seen.map(({ failed }) => failed)).toEqual([false, false]);
      await runner.release();
    });

    it('does not count a statement that another beforeQuery rejected, and counts the next ones correctly', async () => {
      const { seen, dataSource } = await watched();
      dataSource.subscribers.push(throwing('beforeQuery', /refused/));
      const runner = dataSource.createQueryRunner();
      for (let i = 0; i < 3; i++) await runner.query('refused').catch(() => undefined);
      await runner.query('SELECT 1');
      await runner.query('SELECT 1');
      expect(sqlOf(seen)).toEqual(['SELECT 1', 'SELECT 1']);
      expect(seen.every(({ queuedSeconds }) => queuedSeconds === 0)).toBe(true);
      await runner.release();
    });
  });

  it('counts each statement of a hundred connections in any order, also in transactions', async () => {
    const { seen, dataSource, registry } = await watched();
    const [subscriber] = dataSource.subscribers;
    const runners = Array.from({ length: 100 }, () => ({}) as QueryRunner);
    const inTurns = (query: string, { backwards = false } = {}) => {
      const events = runners.map((queryRunner, i) => ({ queryRunner, query, parameters: [i], success: true }) as never);
      for (const event of events) void subscriber!.beforeQuery!(event);
      for (const event of backwards ? events.reverse() : events) void subscriber!.afterQuery!(event);
    };
    inTurns('BEGIN');
    inTurns('UPDATE t SET a = $1', { backwards: true });
    inTurns('COMMIT');
    inTurns('SELECT 1', { backwards: true });
    const counts = ['BEGIN', 'UPDATE', 'COMMIT', 'SELECT'].map((type) => seen.filter((query) => query.type === type));
    expect(counts.map(({ length }) => length)).toEqual([100, 100, 100, 100]);
    expect(
      new Set(counts.map((queries) => JSON.stringify(queries.map(({ parameters }) => parameters).sort()))).size,
    ).toBe(1);
    expect(await sample(registry, 'db_transaction_duration_seconds_count', { outcome: 'commit' })).toBe(100);
  });

  it('adds no property to a query runner', async () => {
    const { dataSource } = await watched();
    const runner = dataSource.createQueryRunner();
    const before = Reflect.ownKeys(runner);
    const busy = runner.query('SELECT 1');
    await aFewTicks();
    await Promise.all([busy, runner.query('SELECT 2')]);
    expect(Object.getOwnPropertySymbols(runner)).toEqual(before.filter((key) => typeof key === 'symbol'));
    await runner.release();
  });

  it('returns nothing from its hooks, so that TypeORM has nothing to await', async () => {
    const { dataSource } = await watched();
    const [subscriber] = dataSource.subscribers;
    const event = { queryRunner: {}, query: 'SELECT 1', parameters: [], success: true } as never;
    expect(subscriber!.beforeQuery!(event)).toBeUndefined();
    expect(subscriber!.afterQuery!(event)).toBeUndefined();
  });

  it('catches and counts its own errors', async () => {
    const { dataSource, registry } = await watched();
    const [subscriber] = dataSource.subscribers;
    expect(subscriber!.beforeQuery!(undefined as never)).toBeUndefined();
    expect(subscriber!.afterQuery!(null as never)).toBeUndefined();
    expect(await sample(registry, 'db_query_timing_internal_errors_total', { part: 'query_probe' })).toBe(2);
  });
});
