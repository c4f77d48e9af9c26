import { Registry } from 'prom-client';
import { installQueryTiming, type InstallOptions, type Sink } from '../../src/query-timing/core';
import { QueryMetrics } from '../../src/query-timing/sinks/metrics/query-metrics';
import { DebugLog } from '../../src/query-timing/sinks/debug-log';
import { SlowQueryLog } from '../../src/query-timing/sinks/slow-query-log';
import { QueryStats } from '../../src/query-timing/sinks/statistics';
import { sample } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

const fail = () => {
  throw new Error('sabotage');
};

async function sabotaged(options: InstallOptions = {}) {
  const registry = new Registry();
  const dataSource = await initializedStub((sql) => {
    if (sql === 'bad') throw new Error('of the server');
    return { rows: [{ echo: sql }] };
  });
  const timing = installQueryTiming(dataSource, { logger: recordingLogger(), registry, ...options });
  const faultsOf = (part: string) => sample(registry, 'db_query_timing_internal_errors_total', { part });
  return { registry, dataSource, timing, faultsOf };
}

/** Expects everything that the application does to have the same results as without the timing. */
async function expectUnaffected({ dataSource }: { dataSource: Awaited<ReturnType<typeof initializedStub>> }) {
  for (let i = 0; i < 30; i++) {
    await expect(dataSource.query('SELECT 1')).resolves.toEqual([{ echo: 'SELECT 1' }]);
    await expect(dataSource.query('bad')).rejects.toThrow('of the server');
    await expect(dataSource.transaction((manager) => manager.query('SELECT 2'))).resolves.toHaveLength(1);
  }
}

afterEach(() => jest.restoreAllMocks());

describe('no query is affected', () => {
  it.each([
    ['the statistics', 'statistics', QueryStats, 'record'],
    ['the metrics', 'metrics', QueryMetrics, 'record'],
    ['the metrics of transactions', 'metrics', QueryMetrics, 'recordTransaction'],
    ['the metrics of the pool', 'metrics', QueryMetrics, 'recordAcquisition'],
    ['the slow-query log', 'slow_query_log', SlowQueryLog, 'record'],
    ['the log of all queries', 'slow_query_log', DebugLog, 'record'],
    ['the log of checkouts', 'slow_query_log', DebugLog, 'recordAcquisition'],
  ] as const)('when %s throw, which are off after ten errors in a row', async (_, part, sink, method) => {
    const record = jest.spyOn(sink.prototype as unknown as Required<Sink>, method).mockImplementation(fail);
    const under = await sabotaged();
    await expectUnaffected(under);
    expect(record).toHaveBeenCalledTimes(10);
    expect(await under.faultsOf(part)).toBe(10);
  });

  it.each([
    ['the statistics', 'statistics', QueryStats],
    ['the metrics', 'metrics', QueryMetrics],
  ])('when %s throw on the fast lane', async (_, part, sink) => {
    const count = jest.spyOn(sink.prototype, 'count').mockImplementation(fail);
    const under = await sabotaged();
    await expectUnaffected(under);
    expect(count).toHaveBeenCalledTimes(10);
    expect(await under.faultsOf(part)).toBe(10);
  });

  it('when a custom sink throws, and the others continue', async () => {
    const sink = { record: jest.fn(fail), recordTransaction: jest.fn(fail), recordAcquisition: jest.fn(fail) };
    const record = jest.fn();
    const under = await sabotaged({ sinks: [sink, { record }] });
    await expectUnaffected(under);
    for (const method of Object.values(sink)) expect(method).toHaveBeenCalledTimes(10);
    expect(await under.faultsOf('sink')).toBe(30);
    expect(record).toHaveBeenCalledTimes(30 * 5);
    expect(under.timing.getSummary().totalQueries).toBe(30 * 5);
    expect(await sample(under.registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(60);
  });

  it('when the logger throws, and the errors go to the standard error', async () => {
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const under = await sabotaged({
      logger: { warn: fail, debug: fail },
      slowQueryThresholdMs: 0,
      logAllQueries: true,
    });
    await expectUnaffected(under);
    // Ten statements and ten checkouts.
    expect(await under.faultsOf('slow_query_log')).toBe(20);
    const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)) as object);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', part: 'slow_query_log', errors: 1, error_type: 'Error' }),
      expect.objectContaining({ level: 'warn', part: 'slow_query_log', state: 'off', time: expect.any(String) }),
      expect.objectContaining({ level: 'warn', part: 'slow_query_log', state: 'off', time: expect.any(String) }),
    ]);
  });

  it('when the logger throws while it reports that the timing is already installed', async () => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const under = await sabotaged({ logger: { warn: fail } });
    expect(installQueryTiming(under.dataSource, { logger: { warn: fail } })).toBe(under.timing);
  });

  it('when the context throws', async () => {
    const logger = recordingLogger();
    const under = await sabotaged({
      logger,
      context: fail,
      slowQueryThresholdMs: 0,
      slowLogPerMinute: 1000,
      slowLogPerStatement: 1000,
    });
    await expectUnaffected(under);
    expect(await under.faultsOf('context')).toBe(10);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toHaveLength(150);
  });

  it('when the error of a query cannot be read', async () => {
    const hostile = new Proxy(new Error('hostile'), {
      get: (target, key) => (key === 'code' ? fail() : (Reflect.get(target, key) as unknown)),
    });
    const registry = new Registry();
    const dataSource = await initializedStub(() => Promise.reject(hostile));
    installQueryTiming(dataSource, { registry, logger: recordingLogger() });
    await expect(dataSource.query('SELECT 1')).rejects.toMatchObject({ driverError: hostile });
    expect(await sample(registry, 'db_query_errors_total', { query_type: 'SELECT', error_class: 'other' })).toBe(1);
  });

  it('when many runners are busy and properties cannot be added to them', async () => {
    const under = await sabotaged();
    const [subscriber] = under.dataSource.subscribers;
    const events = Array.from({ length: 40 }, () => ({
      queryRunner: Object.seal({}),
      query: 'SELECT 1',
      success: true,
    }));
    for (const event of events) void subscriber!.beforeQuery!(event as never);
    for (const event of events) void subscriber!.afterQuery!(event as never);
    expect(await under.faultsOf('query_probe')).toBe(1);
    await expectUnaffected(under);
  });

  it('when the pool cannot be read during a scrape', async () => {
    const under = await sabotaged();
    Object.defineProperty(under.dataSource.driver, 'master', { get: fail });
    expect(await under.faultsOf('pool_probe')).toBeGreaterThan(0);
    expect(await sample(under.registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(0);
  });
});
