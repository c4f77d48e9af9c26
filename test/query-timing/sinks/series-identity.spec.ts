import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import type * as library from '../../../src/query-timing/core';
import { installQueryTiming, type InstallOptions } from '../../../src/query-timing/core';
import { regressions, sample, samplesOf } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';
import { timed } from '../support/timed';

const selects = (registry: Pick<Registry, 'metrics'>, labels: object = {}) =>
  sample(registry, 'db_queries_total', { query_type: 'SELECT', ...labels });

/** Two DataSources with one query each. */
async function twoIn(registry: Registry, one: InstallOptions, two: InstallOptions) {
  const both = [await timed({ registry, ...one }), await timed({ registry, ...two })] as const;
  for (const { dataSource } of both) await dataSource.query('SELECT 1');
  return both;
}

describe('two DataSources in one registry share their series', () => {
  it.each<[what: string, one: object, two: object]>([
    ['have their labels in another order', { a: '1', b: '2' }, { b: '2', a: '1' }],
    ['differ in an empty label, which Prometheus takes for none', { a: '1', b: '' }, { a: '1' }],
    ['have only empty labels', { a: '' }, { b: '' }],
    ['have the same labels', { a: '1' }, { a: '1' }],
  ])('if they %s', async (_, one, two) => {
    const registry = new Registry();
    await twoIn(registry, { defaultLabels: { ...one } }, { defaultLabels: { ...two } });
    const samples = await samplesOf(registry);
    expect(
      [...samples].filter(([identity]) => /queries_total.*SELECT/.test(identity)).map(([, value]) => value),
    ).toEqual([2, 0]);
  });

  it('if they differ in halves of characters only, which are printed in the same way', async () => {
    const registry = new Registry();
    await twoIn(registry, { name: 'a\ud800' }, { name: 'a\ud801' });
    await twoIn(registry, { defaultLabels: { b: '\ud800' } }, { defaultLabels: { b: '\udc00' } });
    const samples = [...(await samplesOf(registry))];
    const selects = samples.filter(([identity]) => /^db_queries_total.*SELECT/.test(identity));
    expect(selects.map(([, value]) => value)).toEqual([2, 2]);
  });

  it('if one has an empty name', async () => {
    const registry = new Registry();
    await twoIn(registry, {}, { name: '' });
    expect((await samplesOf(registry)).get('db_queries_total[["query_type","SELECT"]]')).toBe(2);
  });

  it.each<[what: string, defaults: object, series: number]>([
    ['has the same value', { a: '1' }, 1],
    ['has another value', { a: '2' }, 2],
  ])('if a default label of the registry %s, or not', async (_, defaults, series) => {
    const registry = new Registry();
    await twoIn(registry, { defaultLabels: { a: '1' } }, {});
    expect((await samplesOf(registry)).size % 2).toBe(0);
    registry.setDefaultLabels({ ...defaults });
    const samples = [...(await samplesOf(registry))].filter(([identity]) => /^db_queries_total.*SELECT/.test(identity));
    expect(samples).toHaveLength(series);
    expect(samples.reduce((sum, [, value]) => sum + value, 0)).toBe(2);
  });

  it('unless an empty label removes a default label of the registry', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ app: 'shop' });
    await twoIn(registry, { defaultLabels: { app: '' } }, {});
    const samples = await samplesOf(registry);
    expect(samples.get('db_queries_total[["query_type","SELECT"]]')).toBe(1);
    expect(samples.get('db_queries_total[["app","shop"],["query_type","SELECT"]]')).toBe(1);
  });
});

describe('no series disappears and no counter decreases', () => {
  type Change = (registry: Registry) => Promise<unknown>;
  const replicas = { replication: { master: {}, slaves: [{}] } };

  it.each<[what: string, one: [InstallOptions, object?], change: Change]>([
    ['a second DataSource has replicas', [{}], (registry) => timed({ registry }, undefined, replicas)],
    ['a second DataSource has none', [{}, replicas], (registry) => timed({ registry })],
    [
      'a second DataSource publishes observed series only',
      [{}],
      (registry) => timed({ registry, onlyObservedSeries: true }),
    ],
    [
      'a DataSource that publishes all series comes and goes',
      [{ onlyObservedSeries: true }],
      async (registry) => (await timed({ registry })).timing.uninstall(),
    ],
    ['only the second has top statements', [{}], (registry) => timed({ registry, topStatements: true })],
    [
      'one with top statements comes and goes',
      [{ topStatements: true }],
      async (registry) => {
        const { dataSource, timing } = await timed({ registry, topStatements: true, maxTrackedStatements: 1 });
        await dataSource.query('SELECT 9');
        timing.uninstall();
      },
    ],
  ])('when %s', async (_, [options, more], change) => {
    const { registry, dataSource, timing } = await timed(options, undefined, more);
    for (const table of ['a', 'b', 'c']) await dataSource.query(`SELECT * FROM ${table}`);
    await dataSource.query('SELECT 1');
    const before = await samplesOf(registry);
    await change(registry);
    const between = await samplesOf(registry);
    expect(regressions(before, between)).toEqual([]);
    timing.uninstall();
    expect(regressions(between, await samplesOf(registry))).toEqual([]);
  });

  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('when %s of two DataSources with as many statements as have series is uninstalled', async (_, which) => {
    const registry = new Registry();
    const options = { registry, topStatements: true, maxTrackedStatements: 3 };
    const both = [await timed(options), await timed(options)];
    const run = async (tables: string) => {
      for (const table of tables.slice(0, 3)) await both[0]!.dataSource.query(`SELECT * FROM ${table}`);
      for (const table of tables.slice(3)) await both[1]!.dataSource.query(`SELECT * FROM ${table}`);
    };
    await run('abcxyz');
    const before = await samplesOf(registry);
    both[which]!.timing.uninstall();
    const after = await samplesOf(registry);
    expect(regressions(before, after)).toEqual([]);
    expect(after).toEqual(new Map([...before].map(([identity]) => [identity, after.get(identity)])));
  });

  it('while statements appear in two DataSources one after the other, and more may have a series with the second', async () => {
    const registry = new Registry();
    const one = await timed({ registry, topStatements: true, maxTrackedStatements: 4 });
    const two = await timed({ registry, topStatements: true, maxTrackedStatements: 8 });
    let before = await samplesOf(registry);
    for (let i = 0; i < 12; i++) {
      for (const { dataSource } of [one, two]) await dataSource.query(`SELECT * FROM t${i}x`);
      if (i === 6) one.timing.uninstall();
      const after = await samplesOf(registry);
      expect(regressions(before, after)).toEqual([]);
      before = after;
    }
    const calls = [...before].filter(([identity]) => identity.startsWith('db_statement_calls_total'));
    expect(calls.reduce((sum, [, value]) => sum + value, 0)).toBe(12 + 7);
  });
});

describe('an installation whose metrics have the name of others', () => {
  it.each([
    'db_queries_total',
    'db_pool_pending',
    'db_query_timing_internal_errors_total',
    'db_statements_folded_total',
  ])('is refused as a whole, the second as the first (%s)', async (name) => {
    const registry = new Registry();
    new Counter({ name, help: 'of the application', registers: [registry] });
    for (const attempt of [1, 2]) {
      await expect(timed({ registry, topStatements: true })).rejects.toThrow('metricPrefix');
      expect([attempt, registry.getMetricsAsArray().map((metric) => metric.name)]).toEqual([attempt, [name]]);
    }
    const { dataSource } = await timed({ registry, topStatements: true, metricPrefix: 'shop' });
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'shop_queries_total', { query_type: 'SELECT' })).toBe(1);
  });

  it('leaves the DataSource as it was, and the first installation alone', async () => {
    const { registry, dataSource } = await timed();
    new Counter({ name: 'db_statement_calls_total', help: 'of the application', registers: [registry] });
    const second = await initializedStub();
    const options = { registry, topStatements: true, logger: recordingLogger() };
    expect(() => installQueryTiming(second, options)).toThrow('"db_statement_calls_total"');
    expect(second.subscribers).toEqual([]);
    await second.query('SELECT 1');
    await dataSource.query('SELECT 1');
    expect(await selects(registry)).toBe(1);
  });
});

describe('the registry of the metrics', () => {
  it('publishes a DataSource again that was installed when it was cleared, from 0', async () => {
    const { registry, dataSource } = await timed();
    await dataSource.query('SELECT 1');
    registry.clear();
    await timed({ registry });
    await dataSource.query('SELECT 1');
    expect(await selects(registry)).toBe(1);
  });

  it('may lose single metrics: the others continue, also with a second DataSource', async () => {
    const { registry, dataSource } = await timed();
    registry.removeSingleMetric('db_queries_total');
    const two = await timed({ registry });
    for (const one of [dataSource, two.dataSource]) await one.query('INSERT INTO t VALUES (1)');
    expect(await sample(registry, 'db_query_duration_seconds_count', { query_type: 'INSERT' })).toBe(2);
    expect(await registry.metrics()).not.toContain('db_queries_total');
  });

  it('can be merged, and a DataSource installed in the merged one', async () => {
    const { registry, dataSource } = await timed();
    const merged = Registry.merge([registry, new Registry()]);
    const two = await timed({ registry: merged });
    for (const one of [dataSource, two.dataSource]) await one.query('SELECT 1');
    expect((await samplesOf(merged)).get('db_queries_total[["query_type","SELECT"]]')).toBe(2);
  });

  it('of several processes is aggregated, whatever series each publishes', async () => {
    const all = [await timed(), await timed({ onlyObservedSeries: true }), await timed({ defaultLabels: { a: '' } })];
    for (const { dataSource } of all) await dataSource.query('SELECT 1');
    const json = await Promise.all(all.map(({ registry }) => registry.getMetricsAsJSON()));
    const sum = AggregatorRegistry.aggregate(JSON.parse(JSON.stringify(json)) as object[]);
    const values = [...(await samplesOf(sum))].filter(([identity]) => /^db_queries_total.*SELECT/.test(identity));
    expect(values.reduce((total, [, value]) => total + value, 0)).toBe(3);
  });

  it('has one sample per series as OpenMetrics', async () => {
    const registry = new Registry();
    (registry as Registry<never>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    await twoIn(
      registry,
      { defaultLabels: { a: '1', b: '' }, topStatements: true },
      { defaultLabels: { b: '', a: '1' } },
    );
    expect((await samplesOf(registry)).get('db_queries_total[["a","1"],["query_type","SELECT"]]')).toBe(2);
  });

  it('is not shared with another version of the library, which would add up other rows', async () => {
    const { registry } = await timed();
    const dataSource = await initializedStub();
    jest.isolateModules(() => {
      const layout = jest.requireActual<object>('../../../src/query-timing/sinks/metrics/series-layout');
      jest.doMock('../../../src/query-timing/sinks/metrics/series-layout', () => ({
        ...layout,
        seriesLayout: () => 'v1',
      }));
      const other = jest.requireActual<typeof library>('../../../src/query-timing/core');
      const options = { registry, logger: recordingLogger() };
      expect(() => other.installQueryTiming(dataSource, options)).toThrow(/another version.*metricPrefix/);
      other.installQueryTiming(dataSource, { ...options, metricPrefix: 'v1' });
    });
    jest.dontMock('../../../src/query-timing/sinks/metrics/series-layout');
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'v1_queries_total', { query_type: 'SELECT' })).toBe(1);
  });
});
