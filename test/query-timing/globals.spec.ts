import { Registry } from 'prom-client';
import { installQueryTiming } from '../../src/query-timing/core';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

describe('globals that a test replaces', () => {
  const fail = () => {
    throw new Error('replaced by a test');
  };
  afterEach(() => jest.restoreAllMocks());

  it('do not affect what is logged and published', async () => {
    const registry = new Registry();
    const logger = recordingLogger();
    const dataSource = await initializedStub();
    const options = { registry, logger, slowQueryThresholdMs: 0, logParameters: true, defaultLabels: { app: 'a' } };
    const timing = installQueryTiming(dataSource, options);
    jest.spyOn(JSON, 'stringify').mockImplementation(fail);
    jest.spyOn(JSON, 'parse').mockImplementation(fail);
    await dataSource.query('SELECT $1', [{ name: 'a' }]);
    const metrics = await registry.metrics();
    const { totalQueries } = timing.getSummary();
    jest.restoreAllMocks();
    expect(totalQueries).toBe(1);
    expect(metrics).toMatch(/^db_queries_total\{.*query_type="SELECT".*\} 1$/m);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toMatchObject([{ parameters: ['{"name":"a"}'] }]);
    expect(logger.entries.filter((entry) => 'part' in entry)).toEqual([]);
  });
});
