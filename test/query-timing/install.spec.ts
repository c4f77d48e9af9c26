import { register, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type * as library from '../../src/query-timing/core';
import { installQueryTiming, installQueryTimingWithPrometheus, type InstallOptions } from '../../src/query-timing/core';
import { labelsOfStatement, sample } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { initializedStub, stubDataSource } from './support/stub-postgres';

type Library = typeof library;

const quiet = () => ({ logger: recordingLogger() });

describe('an installed query timing', () => {
  it('counts queries from then on', async () => {
    const dataSource = await initializedStub();
    await dataSource.query('SELECT 1');
    const timing = installQueryTiming(dataSource, quiet());
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
  });

  it.each([[null], [[]], ['reports']])('refuses %j in the place of options', (options) => {
    expect(() => installQueryTiming(stubDataSource(), options as unknown as InstallOptions)).toThrow(
      'expected an object of options, got',
    );
  });

  it('installed twice is installed once, returns the first and warns', async () => {
    const dataSource = await initializedStub();
    const logger = recordingLogger();
    const first = installQueryTiming(dataSource, { logger });
    expect(installQueryTiming(dataSource, { logger })).toBe(first);
    await dataSource.query('SELECT 1');
    expect(first.getSummary().totalQueries).toBe(1);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toMatchObject([
      { level: 'warn', message: expect.stringContaining('already installed') },
    ]);
  });

  it('stays installed when the DataSource is closed and initialised again', async () => {
    const dataSource = await initializedStub();
    const timing = installQueryTiming(dataSource, quiet());
    await dataSource.destroy();
    await dataSource.initialize();
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
    expect(dataSource.subscribers).toHaveLength(1);
  });

  it('installed before the DataSource is initialised sees the migrations', async () => {
    class CreateOrders1700000000000 {
      name = 'CreateOrders1700000000000';
      up = (runner: { query(sql: string): Promise<unknown> }) => runner.query('CREATE TABLE orders (id int)');
      down = () => Promise.resolve();
    }
    const dataSource = stubDataSource(undefined, {
      migrations: [CreateOrders1700000000000],
      migrationsRun: true,
    });
    const timing = installQueryTiming(dataSource, quiet());
    await dataSource.initialize();
    expect(timing.getSummary().slowestQueries.map(({ statement }) => statement)).toContain(
      'CREATE TABLE orders (id int)',
    );
  });

  it('leaves the DataSource and its driver as they were when it is uninstalled', async () => {
    const dataSource = await initializedStub();
    const { driver } = dataSource as unknown as { driver: Record<string, unknown> };
    const methods = () => [
      ...['obtainMasterConnection', 'obtainSlaveConnection'].map((name) => driver[name]),
      (dataSource as unknown as Record<string, unknown>)['buildMetadatas'],
    ];
    const own = () => [driver, dataSource].map((owner) => Object.getOwnPropertyNames(owner));
    const ownBefore = own();
    const before = methods();
    const timing = installQueryTiming(dataSource, quiet());
    methods().forEach((method, i) => expect(method).not.toBe(before[i]));
    timing.uninstall();
    timing.uninstall();
    methods().forEach((method, i) => expect(method).toBe(before[i]));
    expect(own()).toEqual(ownBefore);
    expect(dataSource.subscribers).toEqual([]);
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  it('can be installed again after it was uninstalled', async () => {
    const dataSource = await initializedStub();
    installQueryTiming(dataSource, quiet()).uninstall();
    const logger = recordingLogger();
    const timing = installQueryTiming(dataSource, { logger });
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([]);
  });

  it('passes everything on when it is uninstalled under another wrapper of the same method', async () => {
    const dataSource = await initializedStub();
    const timing = installQueryTiming(dataSource, quiet());
    const driver = dataSource.driver as unknown as { obtainMasterConnection: () => Promise<unknown> };
    const ours = driver.obtainMasterConnection;
    driver.obtainMasterConnection = () => ours.call(driver);
    timing.uninstall();
    await expect(dataSource.query('SELECT 1')).resolves.toEqual([]);
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  it('can be uninstalled while a query runs, which is not affected', async () => {
    let uninstall = () => {};
    const dataSource = await initializedStub(() => uninstall());
    const timing = installQueryTiming(dataSource, quiet());
    uninstall = () => timing.uninstall();
    await expect(dataSource.query('SELECT 1')).resolves.toEqual([]);
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  describe('that is switched off', () => {
    it('from the start attaches nothing and publishes nothing until it is switched on', async () => {
      const dataSource = await initializedStub();
      const registry = new Registry();
      const timing = installQueryTiming(dataSource, { ...quiet(), enabled: false, registry });
      await dataSource.query('SELECT 1');
      expect(dataSource.subscribers).toEqual([]);
      expect(registry.getMetricsAsArray()).toEqual([]);
      timing.setEnabled(true);
      await dataSource.query('SELECT 1');
      expect(timing.getSummary().totalQueries).toBe(1);
      expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
    });

    it('at run time keeps its counts, and continues when it is switched on', async () => {
      const dataSource = await initializedStub();
      const registry = new Registry();
      const timing = installQueryTiming(dataSource, { ...quiet(), registry });
      await dataSource.query('SELECT 1');
      timing.setEnabled(false);
      await dataSource.query('SELECT 1');
      expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
      timing.setEnabled(true);
      timing.setEnabled(true);
      await dataSource.query('SELECT 1');
      expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
      expect(timing.getSummary().totalQueries).toBe(2);
    });

    it('stays off once it is uninstalled', async () => {
      const dataSource = await initializedStub();
      const timing = installQueryTiming(dataSource, quiet());
      timing.uninstall();
      timing.setEnabled(true);
      expect(dataSource.subscribers).toEqual([]);
    });
  });

  it('with Prometheus counts in the default registry of prom-client', async () => {
    const dataSource = await initializedStub();
    const timing = installQueryTimingWithPrometheus(dataSource, { ...quiet(), metricPrefix: 'in_default' });
    await dataSource.query('SELECT 1');
    expect(await sample(register, 'in_default_queries_total', { query_type: 'SELECT' })).toBe(1);
    timing.uninstall();
    register.clear();
  });

  it('with Prometheus and registry false has no metrics', async () => {
    const timing = installQueryTimingWithPrometheus(await initializedStub(), { ...quiet(), registry: false });
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  it('with Prometheus says what to install if prom-client is missing', async () => {
    const dataSource = await initializedStub();
    jest.isolateModules(() => {
      jest.doMock('prom-client', () => {
        throw new Error('Cannot find module');
      });
      const fresh = jest.requireActual<Library>('../../src/query-timing/core');
      expect(() => fresh.installQueryTimingWithPrometheus(dataSource, quiet())).toThrow('npm install prom-client');
    });
    jest.dontMock('prom-client');
  });

  it('without a logger writes JSON lines to the standard error', async () => {
    const lines: string[] = [];
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const dataSource = await initializedStub();
    installQueryTiming(dataSource, { slowQueryThresholdMs: 0 });
    await dataSource.query('SELECT 1');
    write.mockRestore();
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'info', operation: 'DB_QUERY_TIMING', driver: 'postgres' }),
      expect.objectContaining({ level: 'warn', operation: 'DB_SLOW_QUERY', statement: 'SELECT ?' }),
    ]);
  });

  describe('after a hot reload of the code', () => {
    const reloaded = () => {
      let copy!: Library;
      jest.isolateModules(() => (copy = jest.requireActual<Library>('../../src/query-timing/core')));
      return copy;
    };

    it('is found on its DataSource, and installed once', async () => {
      const dataSource = await initializedStub();
      const first = installQueryTiming(dataSource, quiet());
      expect(reloaded().installQueryTiming(dataSource, quiet())).toBe(first);
      await dataSource.query('SELECT 1');
      expect(first.getSummary().totalQueries).toBe(1);
    });

    it('is summed in the registry with earlier counts', async () => {
      const registry = new Registry();
      const [before, after] = [await initializedStub(), await initializedStub()];
      const first = installQueryTiming(before, { ...quiet(), registry, topStatements: true });
      await before.query('SELECT 1');
      first.uninstall();
      reloaded().installQueryTiming(after, { ...quiet(), registry, topStatements: true });
      await after.query('SELECT 2');
      expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
      expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT ?'))).toBe(2);
    });
  });

  it('rejects invalid options and attaches nothing', async () => {
    const dataSource = await initializedStub();
    expect(() => installQueryTiming(dataSource, { metricPrefix: '!' })).toThrow(TypeError);
    expect(dataSource.subscribers).toEqual([]);
  });

  it('neither counts nor logs ignored statements', async () => {
    const dataSource = await initializedStub();
    const options = { ...quiet(), ignore: ['FROM pg_stat', /^show/i], slowQueryThresholdMs: 0 };
    const timing = installQueryTiming(dataSource, options);
    await dataSource.query('SELECT * FROM "pg_stat_activity"');
    await dataSource.query('SHOW server_version');
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
    expect(options.logger.entries).toHaveLength(1);
  });

  it('counts and logs the tables of one kind as one statement with the option normalize', async () => {
    const dataSource = await initializedStub();
    const normalize = [{ pattern: /events_\d{4}_\d{2}/, replacement: 'events_?' }];
    const options = { ...quiet(), normalize, slowQueryThresholdMs: 0 };
    const timing = installQueryTiming(dataSource, options);
    await dataSource.query('SELECT a FROM "events_2026_11" WHERE b = $1', [1]);
    await dataSource.query('SELECT a FROM "events_2026_12" WHERE b = $1', [2]);
    expect(timing.getSummary().slowestQueries).toMatchObject([
      { statement: 'SELECT a FROM "events_?" WHERE b = $1', calls: 2 },
    ]);
    const [first, second] = options.logger.entries as object[] as { fingerprint: string }[];
    expect(second!.fingerprint).toBe(first!.fingerprint);
  });

  it('works without statistics', async () => {
    const dataSource = await initializedStub();
    const timing = installQueryTiming(dataSource, { ...quiet(), collectStats: false });
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  it.each<[type: string, expected: string, more?: object]>([
    ['mongodb', 'sends no query events'],
    ['aurora-mysql', 'sends no query events'],
    ['oracle', 'Not available on the TypeORM driver "oracle": pool metrics and transaction metrics'],
  ])('logs once what is unavailable on %s', async (type, expected, more = {}) => {
    const dataSource = (await initializedStub()) as DataSource & { options: { type: string } };
    Object.assign(dataSource, { options: { ...dataSource.options, type } }, more);
    const logger = recordingLogger();
    installQueryTiming(dataSource, { logger });
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([
      expect.objectContaining({ message: expect.stringContaining(expected) }),
    ]);
  });

  it.each([
    ['says that', 'of 0.3.20 sends none', { name: 'default' }, 'run(sql)', 1],
    ['says nothing where', 'of a later 0.3 sends them', { name: 'default' }, 'broadcastBeforeQueryEvent(sql)', 0],
    ['says nothing where', 'of 1.x is wrapped by a tracer', {}, 'traced(sql)', 0],
  ])('%s better-sqlite3 %s', async (_, _version, more, body, warnings) => {
    const dataSource = (await initializedStub()) as DataSource & { options: { type: string } };
    const query = { toString: () => body };
    Object.assign(dataSource, { options: { ...dataSource.options, type: 'better-sqlite3' } }, more);
    Object.assign(dataSource.driver, { createQueryRunner: () => ({ query }) });
    const logger = recordingLogger();
    installQueryTiming(dataSource, { logger });
    const messages = logger.ofOperation('DB_QUERY_TIMING').map(({ message }) => String(message));
    expect(messages.filter((message) => message.includes('sends no query events'))).toHaveLength(warnings);
  });
});
