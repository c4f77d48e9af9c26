import { installQueryTiming, type PoolAcquisition } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';

describe('the pool probe', () => {
  it('reports each checkout to sinks and to the log, and whether its connection is new', async () => {
    const seen: PoolAcquisition[] = [];
    const logger = recordingLogger();
    const dataSource = await initializedStub();
    const sink = { record: () => undefined, recordAcquisition: (one: PoolAcquisition) => void seen.push(one) };
    installQueryTiming(dataSource, { name: 'reports', logger, logAllQueries: true, sinks: [sink] });
    await dataSource.query('SELECT 1');
    await dataSource.query('SELECT 2');
    const checkout = {
      dataSource: 'reports',
      role: 'primary',
      failed: false,
      reason: undefined,
      seconds: expect.any(Number),
    };
    expect(seen).toEqual([
      { ...checkout, newConnection: true },
      { ...checkout, newConnection: false },
    ]);
    const entry = { data_source: 'reports', role: 'primary', wait_ms: expect.any(Number) };
    expect(logger.ofOperation('DB_CONNECT')).toMatchObject([entry]);
    expect(logger.ofOperation('DB_CHECKOUT')).toMatchObject([entry, entry]);
  });
});
