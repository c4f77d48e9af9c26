import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import {
  currentScope,
  installQueryTiming,
  runInScope,
  type QueryTiming,
  type ScopeSummary,
} from '../../../src/query-timing/core';
import { startMariaDb, type TestMariaDb } from '../support/mariadb';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { recordingLogger } from '../support/recording-logger';

let postgres: TestDatabase;
let mariadb: TestMariaDb;
const opened: { dataSource: DataSource; timing: QueryTiming }[] = [];
const closed: ScopeSummary[] = [];
const sink = { record: () => undefined, recordScope: (scope: ScopeSummary) => void closed.push(scope) };

/** A timed DataSource, with the scopes of all of them in {@link closed}. */
async function open(dataSource: DataSource, name = 'default', withSink = true): Promise<DataSource> {
  const options = { scopes: { repeated: 3 }, name, logger: recordingLogger() };
  const timing = installQueryTiming(dataSource, { ...options, sinks: withSink ? [sink] : [] });
  await dataSource.initialize();
  opened.push({ dataSource, timing });
  return dataSource;
}

beforeAll(async () => {
  postgres = await createTestDatabase();
  mariadb = await startMariaDb();
}, 120_000);
afterAll(async () => {
  await postgres.drop();
  await mariadb.stop();
});
afterEach(async () => {
  for (const { dataSource, timing } of opened.splice(0)) {
    timing.uninstall();
    await dataSource.destroy();
  }
  closed.length = 0;
});

/** The last scope with this name. */
const scopeOf = (name: string) => closed.findLast((scope) => scope.name === name)!;

const SERVERS = {
  PostgreSQL: { open: () => postgres.dataSource(), short: 'SELECT pg_sleep(0.02)', failing: 'SELECT * FROM nowhere' },
  MariaDB: { open: () => mariadb.dataSource(), short: 'SELECT SLEEP(0.02)', failing: 'SELECT * FROM nowhere' },
};

describe.each(Object.entries(SERVERS))('a unit of work on %s', (_, server) => {
  it.each([
    ['with custom sinks', true],
    ['on the fast lane', false],
  ])('counts statements that run beside each other, each where it began, %s', async (__, withSink) => {
    const dataSource = await open(server.open(), 'default', withSink);
    const counts = await Promise.all(
      Array.from({ length: 8 }, (___, i) =>
        runInScope(`job ${i}`, async () => {
          await Promise.all(Array.from({ length: i }, () => dataSource.query(server.short)));
          return currentScope()!.statements;
        }),
      ),
    );
    expect(counts).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('counts statements that overlap on one connection, failures among them, each where it began', async () => {
    const dataSource = await open(server.open());
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    const work = (name: string, count: number) =>
      runInScope(name, () =>
        Promise.allSettled([
          ...Array.from({ length: count }, () => runner.query(server.short)),
          runner.query(server.failing),
        ]),
      );
    await Promise.all([work('one', 1), work('forty', 40), work('three', 3)]);
    await runner.release();
    const figures = ['one', 'forty', 'three']
      .map(scopeOf)
      .map(({ statements, errors, late }) => [statements, errors, late]);
    expect(figures).toEqual([
      [2, 1, 0],
      [41, 1, 0],
      [4, 1, 0],
    ]);
  });

  it('counts a stream with its rows where it was called, and not where it is read', async () => {
    const dataSource = await open(server.open());
    const runner = dataSource.createQueryRunner();
    const read = async (stream: Readable) => {
      for await (const row of stream) void row;
    };
    await runInScope('caller', async () => {
      const stream = (await runner.stream('SELECT 1 UNION SELECT 2')) as Readable;
      await runInScope('reader', () => read(stream));
    });
    await runner.release();
    expect(scopeOf('reader')).toMatchObject({ statements: 0 });
    expect(scopeOf('caller')).toMatchObject({ statements: 1, rows: 2, late: 0 });
  });

  it('counts the time of a transaction where it began, and its statements where they did', async () => {
    const dataSource = await open(server.open());
    await runInScope('outer', () =>
      dataSource.transaction(async (manager) => {
        await manager.query(server.short);
        await runInScope('inner', async () => {
          await manager.query(server.short);
          await manager.query(server.short);
        });
        await sleep(30);
      }),
    );
    const [outer, inner] = [scopeOf('outer'), scopeOf('inner')];
    expect([outer.statements, inner.statements]).toEqual([1, 2]);
    expect(outer.types).toMatchObject({ COMMIT: 1, SELECT: 1 });
    expect(inner.types).toEqual({ SELECT: 2 });
    expect(inner.transactionSeconds).toBe(0);
    expect(outer.transactionSeconds).toBeGreaterThan(outer.seconds);
    expect(outer.transactionSeconds).toBeGreaterThanOrEqual(0.09);
  });

  it('counts the wait for the pool where it was asked for, and a statement that outlives it as late', async () => {
    const dataSource = await open(server.open());
    let background: Promise<unknown> | undefined;
    runInScope('short', () => {
      background = dataSource.query(server.short);
    });
    await runInScope('next', () => background);
    expect(scopeOf('next')).toMatchObject({ statements: 0, late: 0 });
    expect(scopeOf('short')).toMatchObject({ statements: 0, late: 0 });
    await runInScope('waiting', () => dataSource.query(server.short));
    expect(scopeOf('waiting').poolSeconds).toBeGreaterThan(0);
  });
});

describe('a unit of work', () => {
  it('counts the statements of all its DataSources together, under their names, and is reported once', async () => {
    const [one, two] = [await open(postgres.dataSource(), 'one'), await open(mariadb.dataSource(), 'two')];
    const three = new DataSource({ type: 'sqljs' });
    await open(three, 'three');
    await runInScope('all', async () => {
      for (const dataSource of [one, two, three]) await dataSource.query('SELECT 1');
      await two.query('SELECT 2');
    });
    expect(closed).toHaveLength(1);
    expect(closed[0]!.statements).toBe(4);
    expect(closed[0]!.distinct.map(({ statement, dataSource, count }) => [statement, dataSource, count])).toEqual([
      ['SELECT ?', 'one', 1],
      ['SELECT ?', 'two', 2],
      ['SELECT ?', 'three', 1],
    ]);
  });

  it('is found by the object that an application has for it, on a server', async () => {
    const context = new AsyncLocalStorage<object>();
    const dataSource = postgres.dataSource();
    const store = { get: () => context.getStore() };
    const timing = installQueryTiming(dataSource, { scopes: { store }, sinks: [sink], logger: recordingLogger() });
    await dataSource.initialize();
    opened.push({ dataSource, timing });
    await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        context.run({}, () =>
          runInScope(`request ${i}`, () => Promise.all(Array.from({ length: i }, () => dataSource.query('SELECT 1')))),
        ),
      ),
    );
    expect(closed.map(({ name, statements }) => [name, statements]).sort()).toEqual(
      Array.from({ length: 5 }, (_, i) => [`request ${i}`, i]),
    );
  });
});
