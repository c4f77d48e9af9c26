import { Registry } from 'prom-client';
import { DataSource, type Logger } from 'typeorm';
import { installQueryTiming, type CompletedQuery, type InstallOptions } from '../../src/query-timing/core';
import { countsOf, sum } from './support/counts';
import { sample } from './support/exposition';
import { Random } from './support/random';
import { ItemEntity } from './support/random-programs';
import { recordingLogger } from './support/recording-logger';

/** TypeORM's own log of what it sends, except what its driver sends after each INSERT without events. */
function queryLog() {
  const log = { sent: 0, failed: 0 };
  const nothing = () => undefined;
  const logger: Logger = {
    logQuery: (query) => void (log.sent += query === 'SELECT last_insert_rowid()' ? 0 : 1),
    logQueryError: () => void log.failed++,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  return { log, logger };
}

async function watched(options: InstallOptions = {}) {
  const seen: CompletedQuery[] = [];
  const registry = new Registry();
  const logger = recordingLogger();
  const typeOrm = queryLog();
  const entities = [ItemEntity];
  const dataSource = new DataSource({
    type: 'sqljs',
    entities,
    synchronize: true,
    logger: typeOrm.logger,
    logging: 'all',
  });
  await dataSource.initialize();
  Object.assign(typeOrm.log, { sent: 0, failed: 0 });
  const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
  installQueryTiming(dataSource, { logger, registry, sinks, ...options });
  const metric = (name: string, labels?: Record<string, string>) => sample(registry, name, labels);
  return { seen, registry, dataSource, logger, metric, log: typeOrm.log };
}

const refused = (promise: Promise<unknown>) => promise.then(() => 'ok').catch((error: Error) => error.message);

describe('on SQLite (sql.js)', () => {
  it('a query is counted once, whether it succeeds or fails, by its error class', async () => {
    const { seen, dataSource, logger } = await watched();
    await dataSource.query('CREATE TABLE kinds (a int PRIMARY KEY, b int NOT NULL CHECK (b > 0))');
    for (const values of ['1, 1', '1, 1', '2, NULL', '3, -1'])
      await refused(dataSource.query(`INSERT INTO kinds VALUES (${values})`));
    for (const sql of ['SELEC 1', 'SELECT * FROM nowhere', 'SELECT a', 'SELECT abs(-9223372036854775808)'])
      await refused(dataSource.query(sql));
    expect(seen.map(({ errorClass }) => errorClass)).toEqual([
      undefined,
      undefined,
      'unique',
      'constraint',
      'constraint',
      'syntax',
      'syntax',
      'syntax',
      'other',
    ]);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([]);
  });

  it('a transaction is timed to its end, including savepoints, on the runner that all share', async () => {
    const { dataSource, metric } = await watched();
    await dataSource.transaction(async (manager) => {
      await manager.transaction(() => Promise.reject(new Error('inner'))).catch(() => undefined);
      await manager.query('SELECT 1');
    });
    await dataSource.transaction(() => Promise.reject(new Error('outer'))).catch(() => undefined);
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'commit' })).toBe(1);
    expect(await metric('db_transaction_duration_seconds_count', { outcome: 'rollback' })).toBe(1);
  });

  it('a transaction that SQLite has rolled back has ended, whether its text says so or not', async () => {
    const outcomes: string[] = [];
    const sink = {
      record: () => undefined,
      recordTransaction: ({ outcome }: { outcome: string }) => void outcomes.push(outcome),
    };
    const { dataSource } = await watched({ sinks: [sink] });
    const run = async (...statements: string[]) => {
      for (const statement of statements) await refused(dataSource.query(statement));
    };
    await run('CREATE TABLE rolled_back (a int UNIQUE)', 'INSERT INTO rolled_back VALUES (1)');
    await run('BEGIN', 'INSERT OR ROLLBACK INTO rolled_back VALUES (1)');
    expect(outcomes).toEqual(['rollback']);
    await run("CREATE TRIGGER no BEFORE DELETE ON rolled_back BEGIN SELECT RAISE(ROLLBACK, 'no'); END");
    await run('BEGIN', 'DELETE FROM rolled_back', 'BEGIN', 'SELECT 1', 'COMMIT');
    expect(outcomes).toEqual(['rollback', 'rollback', 'commit']);
  });

  it('a slow query is logged without literals, whatever its quotes', async () => {
    const { dataSource, logger } = await watched({ slowQueryThresholdMs: 0 });
    await dataSource.query(
      "SELECT [id], `name`, \"amount\" FROM item WHERE name = 'it''s secret' AND amount = ?",
      [4711],
    );
    expect(logger.ofOperation('DB_SLOW_QUERY').map((entry) => entry['statement'])).toEqual([
      'SELECT [id], `name`, "amount" FROM item WHERE name = ? AND amount = ?',
    ]);
  });

  it('schema synchronisation is timed when the timing is installed before', async () => {
    const dataSource = new DataSource({ type: 'sqljs', entities: [ItemEntity], synchronize: true });
    const timing = installQueryTiming(dataSource, { logger: recordingLogger() });
    await dataSource.initialize();
    const statements = timing.getSummary().slowestQueries.map(({ statement }) => statement);
    expect(statements).toContainEqual(expect.stringContaining('CREATE TABLE "item"'));
  });

  it('there is no pool, and so no series of one', async () => {
    const { registry, dataSource } = await watched();
    await dataSource.query('SELECT 1');
    expect(await registry.metrics()).not.toMatch(/^db_pool_(connections|max_connections|pending)[ {]/m);
  });

  it("TypeORM's log and the library count the same over a thousand random steps", async () => {
    const { registry, dataSource, log } = await watched();
    const random = new Random(1);
    const { manager } = dataSource;
    const steps: readonly (() => Promise<unknown>)[] = [
      () => manager.find(ItemEntity, { take: 3 }),
      () => manager.findOneBy(ItemEntity, { id: random.below(50) }),
      () => refused(manager.save(ItemEntity, { name: `item ${random.below(30)}` })),
      () => refused(manager.insert(ItemEntity, { name: `item ${random.below(30)}` })),
      () => manager.update(ItemEntity, { amount: random.below(9) }, { amount: random.below(9) }),
      () => manager.delete(ItemEntity, { id: random.below(50) }),
      () => refused(manager.query('SELEC')),
      () => Promise.all([manager.query('SELECT 1'), refused(manager.query('SELECT a')), manager.query('SELECT 1')]),
      () => refused(manager.transaction((inside) => inside.query(random.pick(['SELECT 1', 'SELECT a'])))),
    ];
    for (let step = 0; step < 1000; step++) await random.pick(steps)();
    const { succeeded, failed } = await countsOf(registry);
    expect(log.sent).toBeGreaterThan(1000);
    expect({ sent: sum(succeeded) + sum(failed), failed: sum(failed) }).toEqual(log);
  });
});
