import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { QUERY_TYPES, installQueryTiming, runInScope, type CompletedQuery } from '../../src/query-timing/core';
import type { DataSource, DataSourceOptions, Logger } from 'typeorm';
import { recordingLogger } from './support/recording-logger';
import { startMariaDb, type TestMariaDb } from './support/mariadb';
import { createTestDatabase, type TestDatabase } from './support/postgres';

const contexts = new AsyncLocalStorageContextManager();
let postgres: TestDatabase;
let mariadb: TestMariaDb;
const dataSources: DataSource[] = [];
beforeAll(async () => {
  context.setGlobalContextManager(contexts.enable());
  [postgres, mariadb] = await Promise.all([createTestDatabase(), startMariaDb()]);
}, 120_000);
afterEach(async () => {
  for (const dataSource of dataSources.splice(0)) await dataSource.destroy();
});
afterAll(async () => {
  context.disable();
  await Promise.all([postgres.drop(), mariadb.stop()]);
});

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const TRACEPARENT = `00-${SPAN.traceId}-${SPAN.spanId}-01`;
const traced = <T>(work: () => T): T => context.with(trace.setSpanContext(context.active(), SPAN), work);
const COMMENT = `/*route='GET%20%2Fteas',traceparent='${TRACEPARENT}'*/`;

/** A DataSource with comments, what the library has counted, and what TypeORM has logged. */
async function commenting(create: (more: Partial<DataSourceOptions>) => DataSource, more: object = {}) {
  const seen: CompletedQuery[] = [];
  const logged: string[] = [];
  const ignore = () => undefined;
  const logger: Logger = {
    logQuery: (query) => void logged.push(query),
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
  const dataSource = await create({ logger, ...more }).initialize();
  dataSources.push(dataSource);
  const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
  const timing = installQueryTiming(dataSource, { comments: true, scopes: true, sinks, logger: recordingLogger() });
  return { dataSource, timing, seen, logged };
}

const onPostgres = (more: object = {}) => commenting((options) => postgres.dataSource(options), more);
const CURRENT = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
const sent = async (dataSource: DataSource, sql: string = CURRENT, parameters?: unknown[]): Promise<unknown> =>
  (await dataSource.query<{ query: string }[]>(sql, parameters))[0]!.query;

describe('on PostgreSQL', () => {
  it('a statement arrives with the route and the span', async () => {
    const { dataSource } = await onPostgres();
    expect(await traced(() => runInScope('GET /teas', () => sent(dataSource)))).toBe(`${CURRENT} ${COMMENT}`);
    const parameterised = `${CURRENT} AND $1 = 1`;
    expect(await traced(() => sent(dataSource, parameterised, [1]))).toBe(
      `${parameterised} /*traceparent='${TRACEPARENT}'*/`,
    );
    expect(await runInScope('GET /teas', () => sent(dataSource))).toBe(`${CURRENT} /*route='GET%20%2Fteas'*/`);
    expect(await sent(dataSource)).toBe(CURRENT);
  });

  it('the library, other subscribers and the log of TypeORM see it without the comment', async () => {
    const { dataSource, seen, logged } = await onPostgres();
    const events: string[] = [];
    dataSource.subscribers.push({ beforeQuery: ({ query }: { query: string }) => void events.push(query) } as never);
    logged.length = 0;
    await sent(dataSource);
    await traced(() => sent(dataSource));
    expect(events).toEqual([CURRENT, CURRENT]);
    expect(logged).toEqual([CURRENT, CURRENT]);
    const [plain, commented] = seen.map(({ sql, type, statement, fingerprint }) => ({
      sql,
      type,
      statement,
      fingerprint,
    }));
    expect(commented).toEqual(plain);
    expect(plain!.type).toBe('SELECT');
  });

  it('is one entry of pg_stat_statements, whatever the comments', async () => {
    const { dataSource } = await onPostgres();
    await dataSource.query('CREATE TABLE tea (id int)');
    const work = () =>
      dataSource.transaction(async (manager) => {
        await manager.query('INSERT INTO tea VALUES ($1)', [1]);
        await manager.query('SELECT id AS a_tea FROM tea');
      });
    for (const name of ['a', 'b', 'c']) await traced(() => runInScope(name, work));
    const { rows } = await postgres.admin.query<{ query: string; calls: string }>(
      `SELECT query, calls FROM pg_stat_statements WHERE userid = '${postgres.role}'::regrole
       AND query ~* '^(INSERT INTO tea|SELECT id AS a_tea|COMMIT|START)' ORDER BY lower(query)`,
    );
    expect(rows.map(({ calls }) => Number(calls))).toEqual([3, 3, 3, 3]);
  });

  it('a prepared statement, several statements and those without data remain as they are', async () => {
    const { dataSource } = await onPostgres();
    const named = { name: 'current', text: CURRENT } as unknown as string;
    expect(await traced(() => sent(dataSource, named))).toBe(CURRENT);
    for (const other of ['SELECT 1; SET application_name = teas', 'SET application_name = teas']) {
      await traced(() => dataSource.query(other));
      const { rows } = await postgres.admin.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE application_name = 'teas'`,
      );
      expect(rows).toEqual([{ query: other }]);
    }
  });

  it('a stream and parallel statements have the comments of their callers', async () => {
    const { dataSource } = await onPostgres();
    const runner = dataSource.createQueryRunner();
    const rows: { query: string }[] = [];
    const stream = await traced(() => runner.stream(CURRENT));
    for await (const row of stream) rows.push(row as { query: string });
    expect(rows).toEqual([{ query: `${CURRENT} /*traceparent='${TRACEPARENT}'*/` }]);
    await runner.release();
    const names = Array.from({ length: 20 }, (_, i) => `job ${i}`);
    const queries = await Promise.all(names.map((name) => runInScope(name, () => sent(dataSource))));
    expect(queries).toEqual(names.map((name) => `${CURRENT} /*route='${encodeURIComponent(name)}'*/`));
  });

  it('nothing is added while the timing is off, and again when it is on', async () => {
    const { dataSource, timing } = await onPostgres();
    await traced(() => sent(dataSource));
    timing.setEnabled(false);
    expect(await traced(() => sent(dataSource))).toBe(CURRENT);
    timing.setEnabled(true);
    expect(await traced(() => sent(dataSource))).toBe(`${CURRENT} /*traceparent='${TRACEPARENT}'*/`);
  });

  it('an error is the same, and counted once', async () => {
    const { dataSource, seen } = await onPostgres();
    const failing = traced(() => dataSource.query('SELECT nothing'));
    await expect(failing).rejects.toMatchObject({ query: 'SELECT nothing', driverError: { code: '42703' } });
    expect(seen.map(({ type, errorClass }) => [type, errorClass])).toEqual([['SELECT', 'syntax']]);
  });
});

describe('on MariaDB', () => {
  it.each([
    ['a statement', {}],
    ['a statement with a time-out', { enableQueryTimeout: true, maxQueryExecutionTime: 5000 }],
  ])('%s arrives with the route and the span', async (_, more) => {
    const { dataSource, seen } = await commenting((options) => mariadb.dataSource(options), more);
    const sql = 'SELECT info AS query FROM information_schema.processlist WHERE id = connection_id() AND ? = 1';
    const received = await traced(() => runInScope('GET /teas', () => sent(dataSource, sql, [1])));
    expect(received).toBe(`${sql.replace('?', '1')} ${COMMENT}`);
    expect(seen.map((query) => query.sql)).toEqual([sql]);
  });
});

it('comments only the types that every database identifies without them', () => {
  expect(QUERY_TYPES.slice(0, 4)).toEqual(['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
});
