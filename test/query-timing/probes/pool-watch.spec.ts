import { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, stubDataSource } from '../support/stub-postgres';
import { NEVER_SLOW } from '../support/timed';

/** A pool as typeorm-pglite has one: it hands out one connection and has no figures. */
class BarePool extends EventEmitter {
  connect(done: (error: unknown, client: object, release: () => void) => void): void {
    const rows = [{ version: 'PostgreSQL 18.0', current_database: 'x', current_schema: 'public' }];
    const client = Object.assign(new EventEmitter(), { query: () => Promise.resolve({ rows, command: 'SELECT' }) });
    done(undefined, client, () => undefined);
  }
  end(done: () => void): void {
    done();
  }
}

class WithoutLimit extends BarePool {
  readonly totalCount = 1;
  readonly idleCount = 1;
  readonly waitingCount = 0;
}

class WithTexts extends WithoutLimit {
  readonly options = { max: '10' };
}

const gauges = async (registry: Registry) =>
  (await registry.metrics()).split('\n').filter((line) => /^db_pool_(connections|max|pending)/.test(line));

describe('a pool of another library', () => {
  it.each([
    ['has no figures', BarePool],
    ['has no limit', WithoutLimit],
    ['has texts for figures', WithTexts],
  ])('that %s has no series, one warning and no internal error', async (_, Pool) => {
    const registry = new Registry();
    const logger = recordingLogger();
    const dataSource = new DataSource({ type: 'postgres', driver: { Pool, defaults: {} } });
    installQueryTiming(dataSource, { registry, logger, ...NEVER_SLOW });
    expect(await gauges(registry)).toEqual([]);
    await dataSource.initialize();
    for (let i = 0; i < 3; i++) expect(await gauges(registry)).toEqual([]);
    const figures = async () => [
      await sample(registry, 'db_queries_total', { query_type: 'INSERT' }),
      await sample(registry, 'db_pool_acquire_seconds_count'),
    ];
    const [queries, acquisitions] = await figures();
    await dataSource.query('INSERT INTO t VALUES (1)');
    expect(await figures()).toEqual([queries! + 1, acquisitions! + 1]);
    await dataSource.destroy();
    await dataSource.initialize();
    expect(await gauges(registry)).toEqual([]);
    expect(logger.entries).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('pool of the DataSource "default"') }),
    ]);
    expect(await sample(registry, 'db_query_timing_internal_errors_total', { part: 'pool_probe' })).toBe(0);
  });

  it('leaves the series of readable pools with the same labels alone', async () => {
    const registry = new Registry();
    const options = { registry, logger: recordingLogger() };
    installQueryTiming(await initializedStub(), options);
    const before = await gauges(registry);
    installQueryTiming(
      await new DataSource({ type: 'postgres', driver: { Pool: BarePool, defaults: {} } }).initialize(),
      options,
    );
    expect(await gauges(registry)).toEqual(before);
    expect(before).toHaveLength(4);
  });

  it('that throws is one internal error, however often it is read', async () => {
    const registry = new Registry();
    const logger = recordingLogger();
    const dataSource = await initializedStub();
    installQueryTiming(dataSource, { registry, logger });
    Object.defineProperty(dataSource.driver, 'master', {
      get: () => {
        throw new Error('of the pool');
      },
    });
    for (let i = 0; i < 3; i++) await registry.metrics();
    expect(await sample(registry, 'db_query_timing_internal_errors_total', { part: 'pool_probe' })).toBe(1);
    expect(logger.entries).toHaveLength(1);
  });

  it('is read once the DataSource is initialised, and keeps its series when it is destroyed', async () => {
    const registry = new Registry();
    const dataSource = stubDataSource();
    installQueryTiming(dataSource, { registry, logger: recordingLogger() });
    expect(await gauges(registry)).toEqual([]);
    await dataSource.initialize();
    expect(await sample(registry, 'db_pool_max_connections')).toBe(10);
    await dataSource.destroy();
    expect(await sample(registry, 'db_pool_max_connections')).toBe(0);
  });
});
