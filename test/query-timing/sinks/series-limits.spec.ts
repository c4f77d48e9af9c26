import { Registry } from 'prom-client';
import { HistogramRows } from '../../../src/query-timing/sinks/metrics/histogram-rows';
import { MetricsTable } from '../../../src/query-timing/sinks/metrics/metrics-table';
import { sample, samplesOf, seriesOf } from '../support/exposition';
import { timed } from '../support/timed';

const selects = (registry: Registry, labels: object = {}) =>
  sample(registry, 'db_queries_total', { query_type: 'SELECT', ...labels });

describe('DataSources with different names', () => {
  const tenants = async (registry: Registry, count: number, options: object = {}) => {
    const all = [];
    for (let i = 0; i < count; i++) {
      const one = await timed({ registry, maxDataSources: 3, name: `tenant${i}`, ...options });
      await one.dataSource.query('SELECT 1');
      all.push(one);
    }
    return all;
  };

  it('beyond the limit are counted as other, which is said once', async () => {
    const registry = new Registry();
    const all = await tenants(registry, 6);
    expect(await selects(registry, { data_source: 'tenant2' })).toBe(1);
    expect(await selects(registry, { data_source: 'tenant3' })).toBeUndefined();
    expect(await selects(registry, { data_source: 'other' })).toBe(3);
    const messages = all.flatMap(({ logger }) => logger.ofOperation('DB_QUERY_TIMING'));
    expect(messages).toHaveLength(1);
    expect(messages[0]!['message']).toContain('"tenant3"');
  });

  it('share a name without using up the limit', async () => {
    const registry = new Registry();
    await tenants(registry, 6, { name: 'tenants' });
    await tenants(registry, 1);
    expect(await selects(registry, { data_source: 'tenants' })).toBe(6);
    expect(await selects(registry, { data_source: 'tenant0' })).toBe(1);
  });

  it('keep labels that all have, but not those of each when there are too many', async () => {
    const registry = new Registry();
    await tenants(registry, 5, { defaultLabels: { service: 'shop' } });
    expect(await selects(registry, { data_source: 'other', service: 'shop' })).toBe(2);
    for (let i = 0; i < 5; i++) await tenants(registry, 1, { defaultLabels: { tenant: `t${i}` }, name: 'x' });
    expect(await selects(registry, { data_source: 'other' })).toBe(5);
  });

  it('are limited by labels as by names', async () => {
    const registry = new Registry();
    for (let i = 0; i < 8; i++) {
      const defaultLabels = { tenant: `t${i}` };
      const { dataSource } = await timed({ registry, maxDataSources: 3, defaultLabels });
      await dataSource.query('SELECT 1');
    }
    expect((await samplesOf(registry)).size).toBe(4 * seriesOf(await (await timed()).registry.metrics()).length);
    expect(await selects(registry, { data_source: 'other' })).toBe(5);
  });

  it('have a limit of 100 by default', async () => {
    const registry = new Registry();
    const refresh = jest.spyOn(MetricsTable.prototype, 'refresh');
    for (let i = 0; i < 101; i++) await timed({ registry, name: `tenant${i}`, onlyObservedSeries: true });
    const names = new Set([...(await registry.metrics()).matchAll(/data_source="(\w+)"/g)].map(([, name]) => name));
    expect(names.size).toBe(101);
    expect(names.has('other')).toBe(true);
    expect(names.has('tenant100')).toBe(false);
    refresh.mockRestore();
  });

  it('are forgotten with their series on request, which makes room for others', async () => {
    const registry = new Registry();
    const [first] = await tenants(registry, 4);
    await first!.dataSource.destroy();
    first!.timing.uninstall();
    expect(await selects(registry, { data_source: 'tenant0' })).toBe(1);
    first!.timing.uninstall({ forget: true });
    first!.timing.uninstall({ forget: true });
    expect(await registry.metrics()).not.toContain('tenant0');
    const again = await timed({ registry, maxDataSources: 3, name: 'tenant9' });
    await again.dataSource.query('SELECT 1');
    expect(await selects(registry, { data_source: 'tenant9' })).toBe(1);
    expect(await selects(registry, { data_source: 'other' })).toBe(1);
  });

  it('are not forgotten as long as another DataSource has the name, nor is what counts as other', async () => {
    const registry = new Registry();
    const [one, two] = await tenants(registry, 2, { name: 'shared' });
    one!.timing.uninstall({ forget: true });
    expect(await selects(registry, { data_source: 'shared' })).toBe(2);
    two!.timing.uninstall({ forget: true });
    expect(await registry.metrics()).not.toContain('shared');
    const all = await tenants(registry, 4);
    all[3]!.timing.uninstall({ forget: true });
    expect(await selects(registry, { data_source: 'other' })).toBe(1);
  });
});

describe('only observed series', () => {
  it('are published, once they have occurred', async () => {
    const { registry, dataSource } = await timed({ onlyObservedSeries: true, topStatements: true });
    const counters = async () =>
      seriesOf(await registry.metrics()).filter((name) => !/pool_(conn|max|pending)/.test(name));
    // The pool acquired a connection to initialise.
    expect(await counters()).toEqual([]);
    await dataSource.query('SELECT 1');
    const bare = (await counters()).map((name) => name.replace(/_bucket.*|fingerprint="[^"]*",/, ''));
    expect([...new Set(bare)]).toEqual([
      'db_queries_total{query_type="SELECT"}',
      'db_query_duration_seconds',
      'db_query_duration_seconds_sum{query_type="SELECT"}',
      'db_query_duration_seconds_count{query_type="SELECT"}',
      'db_pool_acquire_seconds',
      'db_pool_acquire_seconds_sum',
      'db_pool_acquire_seconds_count',
      'db_statement_calls_total{statement="SELECT ?"}',
      'db_statement_seconds_total{statement="SELECT ?"}',
    ]);
    expect(await sample(registry, 'db_pool_pending')).toBe(0);
  });

  it('have the same values as all series', async () => {
    const registry = new Registry();
    const { dataSource } = await timed({ registry, onlyObservedSeries: true, metricPrefix: 'few' });
    await dataSource.query('SELECT 1');
    await dataSource.query('DELETE FROM t');
    const few = await samplesOf(registry);
    await timed({ registry, metricPrefix: 'few' });
    const all = await samplesOf(registry);
    expect(all.size).toBeGreaterThan(5 * few.size);
    for (const [identity, value] of few)
      if (!identity.includes('pool')) expect([identity, all.get(identity)]).toEqual([identity, value]);
  });
});

describe('a scrape', () => {
  /** The additions of whole tables, and the histogram cells that are read, while a registry is printed. */
  async function workOf(registry: Registry) {
    const [add, refresh] = [jest.spyOn(MetricsTable.prototype, 'add'), jest.spyOn(MetricsTable.prototype, 'refresh')];
    const read = jest.spyOn(HistogramRows.prototype, 'inBucket');
    await registry.metrics();
    const work = { added: add.mock.calls.length, refreshed: refresh.mock.calls.length, read: read.mock.calls.length };
    for (const spy of [add, refresh, read]) spy.mockRestore();
    return work;
  }

  it('adds up each DataSource once, not once for each metric', async () => {
    const registry = new Registry();
    await timed({ registry });
    const one = await workOf(registry);
    expect(one).toMatchObject({ added: 0, refreshed: 1 });
    for (let i = 1; i < 30; i++) await timed({ registry });
    expect(await workOf(registry)).toEqual({ added: 30, refreshed: 30, read: one.read });
    await registry.getMetricsAsJSON();
    expect(await workOf(registry)).toEqual({ added: 30, refreshed: 30, read: one.read });
  });

  it('reads what has been counted since the one before, also in the same task', async () => {
    const { registry, dataSource } = await timed();
    const [subscriber] = dataSource.subscribers;
    const count = () => {
      const event = { queryRunner: {}, query: 'SELECT 1', success: true };
      void subscriber!.beforeQuery!(event as never);
      void subscriber!.afterQuery!(event as never);
    };
    count();
    const first = registry.getSingleMetricAsString('db_queries_total');
    count();
    const second = registry.getSingleMetricAsString('db_queries_total');
    expect(await second).toContain('{query_type="SELECT"} 2');
    await first;
    count();
    expect(await registry.getSingleMetricAsString('db_query_duration_seconds')).toContain(
      'count{query_type="SELECT"} 3',
    );
  });

  it('is refused nothing by fake timers', async () => {
    jest.useFakeTimers();
    const { registry, dataSource } = await timed();
    for (const expected of [1, 2]) {
      await dataSource.query('SELECT 1');
      expect(await selects(registry)).toBe(expected);
    }
    jest.useRealTimers();
  });
});
