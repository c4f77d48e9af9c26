import { AggregatorRegistry, Counter, Histogram, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import {
  DEFAULT_BUCKETS,
  installQueryTiming,
  QUERY_TYPES,
  runInScope,
  type InstallOptions,
} from '../../../src/query-timing/core';
import { HistogramRows } from '../../../src/query-timing/sinks/metrics/histogram-rows';
import { fingerprintHash } from '../../../src/query-timing/sql/fingerprint-hash';
import { labelsOfStatement, sample, seriesOf } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, type StubServer } from '../support/stub-postgres';

async function timed(options: InstallOptions = {}, server?: StubServer) {
  const registry = new Registry();
  const dataSource = await initializedStub(server);
  const timing = installQueryTiming(dataSource, { logger: recordingLogger(), registry, ...options });
  return { registry, dataSource, timing };
}

const mixedWork = async (dataSource: DataSource) => {
  await dataSource.query('SELECT 1');
  await dataSource.query('INSERT INTO t VALUES (1)');
  await dataSource.query('SELECT 2');
  await dataSource.query('bad').catch(() => undefined);
};
const failOnBad: StubServer = (sql) => {
  if (sql === 'bad') throw Object.assign(new Error('no'), { code: '42601' });
  return undefined;
};

/** What prom-client itself prints for the three metrics, given the same durations in the same order. */
function stockMetrics(observations: readonly (readonly [type: string, seconds: number])[], threshold: number) {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['query_type'] as const;
  const help = (name: string) => HELP[name]!;
  const queries = new Counter({ name: 'db_queries_total', help: help('db_queries_total'), labelNames, registers });
  const slow = new Counter({
    name: 'db_slow_queries_total',
    help: help('db_slow_queries_total'),
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'db_query_duration_seconds',
    help: help('db_query_duration_seconds'),
    labelNames,
    registers,
    buckets: [...DEFAULT_BUCKETS],
  });
  for (const query_type of QUERY_TYPES) {
    queries.inc({ query_type }, 0);
    slow.inc({ query_type }, 0);
    durations.zero({ query_type });
  }
  for (const [query_type, seconds] of observations) {
    queries.inc({ query_type });
    if (seconds >= threshold) slow.inc({ query_type });
    durations.observe({ query_type }, seconds);
  }
  return registry;
}

const HELP: Record<string, string> = {
  db_queries_total: 'Finished statements, successful or failed.',
  db_slow_queries_total: 'Statements at or above the slow-query threshold, including failed ones.',
  db_query_duration_seconds:
    'Execution time of statements, without waiting for other statements on the same connection.',
};

async function withStockTwin(contentType?: typeof Registry.OPENMETRICS_CONTENT_TYPE) {
  const observations: [string, number][] = [];
  const sink = {
    record: ({ type, seconds }: { type: string; seconds: number }) => void observations.push([type, seconds]),
  };
  const { registry, dataSource } = await timed({ sinks: [sink], slowQueryThresholdMs: 0.05 }, failOnBad);
  for (let i = 0; i < 20; i++) await mixedWork(dataSource);
  const stock = stockMetrics(observations, 0.05 / 1000);
  if (contentType) for (const each of [registry, stock]) (each as Registry<never>).setContentType(contentType as never);
  return { registry, stock };
}

const only = (exposition: string, names: readonly string[]) =>
  exposition
    .split('\n')
    .filter((line) =>
      names.some((name) => new RegExp(`^(# (HELP|TYPE) )?${name}(_bucket|_sum|_count)?[ {]`).test(line)),
    );

describe('the metrics', () => {
  it('are printed exactly as prom-client prints its own', async () => {
    const { registry, stock } = await withStockTwin();
    expect(only(await registry.metrics(), Object.keys(HELP))).toEqual(only(await stock.metrics(), Object.keys(HELP)));
    expect(only(await stock.metrics(), Object.keys(HELP)).length).toBeGreaterThan(130);
  });

  it('are printed exactly as prom-client prints its own with default labels of the registry', async () => {
    const { registry, stock } = await withStockTwin();
    for (const each of [registry, stock]) each.setDefaultLabels({ app: 'shop' });
    expect(only(await registry.metrics(), Object.keys(HELP))).toEqual(only(await stock.metrics(), Object.keys(HELP)));
  });

  it('are printed exactly as prom-client prints its own as OpenMetrics, as text, and back again', async () => {
    const { registry, stock } = await withStockTwin(Registry.OPENMETRICS_CONTENT_TYPE);
    const names = [...Object.keys(HELP), 'db_queries', 'db_slow_queries'];
    const openMetrics = await registry.metrics();
    expect(only(openMetrics, names)).toEqual(only(await stock.metrics(), names));
    expect(openMetrics).toMatch(/# EOF\n$/);
    expect(await registry.metrics()).toBe(openMetrics);
    (registry as Registry<never>).setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
    expect(await registry.metrics()).toContain('# TYPE db_queries_total counter');
  });

  it('are the same JSON as those of prom-client', async () => {
    const { registry, stock } = await withStockTwin();
    for (const each of [registry, stock]) each.setDefaultLabels({ app: 'shop' });
    const plain = async (each: Registry) =>
      (JSON.parse(JSON.stringify(await each.getMetricsAsJSON())) as { name: string }[]).filter(
        ({ name }) => name in HELP,
      );
    const ours = await plain(registry);
    expect(ours).toEqual(await plain(stock));
    expect(await plain(registry)).toEqual(ours);
  });

  it('have all fixed label sets from the start, at 0, and never another one', async () => {
    const { registry, dataSource } = await timed({}, failOnBad);
    const atStart = await registry.metrics();
    const counters = seriesOf(atStart).filter((series) => series.startsWith('db_quer'));
    expect(counters.length).toBeGreaterThan(200);
    for (const line of atStart.split('\n')) {
      if (line && !line.startsWith('#') && !line.startsWith('db_pool')) expect(line).toMatch(/ 0$/);
    }
    await mixedWork(dataSource);
    for (let i = 0; i < 50; i++) await dataSource.query(`SELECT * FROM "hostile${i}\\"{}\n"`);
    expect(seriesOf(await registry.metrics())).toEqual(seriesOf(atStart));
  });

  it('count each query once, slow or not, failed or not', async () => {
    const { registry, dataSource } = await timed({ slowQueryThresholdMs: 0 }, failOnBad);
    await mixedWork(dataSource);
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
    expect(await sample(registry, 'db_queries_total', { query_type: 'OTHER' })).toBe(1);
    expect(await sample(registry, 'db_slow_queries_total', { query_type: 'OTHER' })).toBe(1);
    expect(await sample(registry, 'db_query_duration_seconds_count', { query_type: 'INSERT' })).toBe(1);
    expect(await sample(registry, 'db_query_errors_total', { query_type: 'OTHER', error_class: 'syntax' })).toBe(1);
    expect(await sample(registry, 'db_query_timeouts_total', { query_type: 'OTHER' })).toBe(0);
  });

  it('count a timeout as an error and as a timeout', async () => {
    const { registry, dataSource } = await timed({}, () => {
      throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    });
    await dataSource.query('UPDATE t SET a = 1').catch(() => undefined);
    expect(await sample(registry, 'db_query_errors_total', { query_type: 'UPDATE', error_class: 'timeout' })).toBe(1);
    expect(await sample(registry, 'db_query_timeouts_total', { query_type: 'UPDATE' })).toBe(1);
  });

  it('are 0 after resetMetrics and continue to count', async () => {
    const { registry, dataSource } = await timed();
    await dataSource.query('SELECT 1');
    registry.resetMetrics();
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(0);
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
  });

  it('are removed by registry.clear() without an error, and return with the next installation', async () => {
    const { registry, dataSource, timing } = await timed();
    registry.clear();
    expect(await registry.metrics()).toBe('\n');
    await dataSource.query('SELECT 1');
    timing.uninstall();
    const again = installQueryTiming(dataSource, { logger: recordingLogger(), registry });
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
    again.uninstall();
  });

  it('can be read from a merged registry', async () => {
    const { registry, dataSource } = await timed();
    await dataSource.query('SELECT 1');
    const merged = Registry.merge([registry, new Registry()]);
    expect(await sample(merged, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
  });

  it('of several processes are summed by an AggregatorRegistry', async () => {
    const [one, two] = [await timed(), await timed()];
    await one.dataSource.query('SELECT 1');
    await two.dataSource.query('SELECT 1');
    await two.dataSource.query('DELETE FROM t');
    const json = await Promise.all([one, two].map(({ registry }) => registry.getMetricsAsJSON()));
    const sum = AggregatorRegistry.aggregate(JSON.parse(JSON.stringify(json)) as object[]);
    expect(await sample(sum, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
    expect(await sample(sum, 'db_query_duration_seconds_count', { query_type: 'DELETE' })).toBe(1);
    expect(await sample(sum, 'db_pool_max_connections')).toBe(20);
  });

  it('of several processes that have a default label each stay apart in an AggregatorRegistry', async () => {
    const processes = [await timed(), await timed()];
    const json = processes.map(async ({ registry, dataSource }, worker) => {
      registry.setDefaultLabels({ worker: String(worker) });
      for (let i = 0; i <= worker; i += 1) await dataSource.query('SELECT 1');
      return registry.getMetricsAsJSON();
    });
    const sum = AggregatorRegistry.aggregate(JSON.parse(JSON.stringify(await Promise.all(json))) as object[]);
    for (const [worker, count] of [1, 2].entries()) {
      const labels = { query_type: 'SELECT', worker: String(worker) };
      expect(await sample(sum, 'db_queries_total', labels)).toBe(count);
      expect(await sample(sum, 'db_query_duration_seconds_count', labels)).toBe(count);
    }
  });

  it('can be read concurrently', async () => {
    const { registry, dataSource } = await timed();
    await dataSource.query('SELECT 1');
    const reads = await Promise.all([registry.metrics(), registry.getMetricsAsJSON(), registry.metrics()]);
    expect(reads[0]).toBe(reads[2]);
  });

  it('of two DataSources with the same name are summed', async () => {
    const registry = new Registry();
    const [one, two] = [await timed({ registry }), await timed({ registry })];
    await one.dataSource.query('SELECT 1');
    await two.dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
    expect(await sample(registry, 'db_pool_max_connections')).toBe(20);
  });

  it('of a named DataSource have a label with its name, those of the default one do not', async () => {
    const registry = new Registry();
    await timed({ registry });
    const { dataSource } = await timed({ registry, name: 'reports' });
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT', data_source: 'reports' })).toBe(1);
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(0);
  });

  it('keep their counts after the timing is uninstalled, but not the figures of the pool', async () => {
    const { registry, dataSource, timing } = await timed();
    await dataSource.query('SELECT 1');
    timing.uninstall();
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
    expect(await sample(registry, 'db_pool_max_connections')).toBe(0);
    const again = installQueryTiming(dataSource, { logger: recordingLogger(), registry });
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(2);
    again.uninstall();
  });

  it('are not affected by a reset of the statistics', async () => {
    const { registry, dataSource, timing } = await timed();
    await dataSource.query('SELECT 1');
    timing.resetStats();
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
    expect(timing.getSummary().totalQueries).toBe(0);
  });

  it('have the prefix, the labels and the buckets of the options', async () => {
    const defaultLabels = { shard: 'eu"1"' };
    const { registry, dataSource } = await timed({ metricPrefix: 'shop_db', defaultLabels, buckets: [0.5, 1] });
    await dataSource.query('SELECT 1');
    const text = await registry.metrics();
    expect(text).toContain('shop_db_queries_total{query_type="SELECT",shard="eu\\"1\\""} 1');
    expect(text.match(/le="[^"]*",query_type="SELECT"/g)).toEqual(
      ['0.5', '1', '+Inf'].map((le) => `le="${le}",query_type="SELECT"`),
    );
  });

  it('with other buckets than those in the registry are rejected', async () => {
    const { registry } = await timed();
    await expect(timed({ registry, buckets: [1, 2] })).rejects.toThrow('another metricPrefix or another registry');
  });

  it('do not replace metrics of the application with the same name', async () => {
    const registry = new Registry();
    new Counter({ name: 'db_queries_total', help: 'of the application', registers: [registry] });
    await expect(timed({ registry })).rejects.toThrow('has already been registered');
  });

  it('are not those of another prefix that has one of the names, too', async () => {
    const registry = new Registry();
    const { dataSource } = await timed({ registry });
    await expect(timed({ registry, metricPrefix: 'db_slow' })).rejects.toThrow('another metricPrefix than "db_slow"');
    await dataSource.query('SELECT 1');
    expect(await sample(registry, 'db_queries_total', { query_type: 'SELECT' })).toBe(1);
  });

  describe('histogram', () => {
    it.each(DEFAULT_BUCKETS)('counts a query of exactly %d seconds in the bucket of that bound', async (seconds) => {
      const registry = new Registry();
      const ours = new HistogramRows(1, DEFAULT_BUCKETS);
      const theirs = new Histogram({ name: 'h', help: 'h', buckets: [...DEFAULT_BUCKETS], registers: [registry] });
      for (const value of [seconds, seconds * 1.0001, seconds * 0.9999]) {
        ours.observe(0, value);
        theirs.observe(value);
      }
      let cumulated = 0;
      for (const [index, le] of [...DEFAULT_BUCKETS, '+Inf'].entries()) {
        cumulated += ours.inBucket(0, index);
        expect(await sample(registry, 'h_bucket', { le: String(le) })).toBe(cumulated);
      }
    });
  });

  describe('of top statements', () => {
    it('are opt-in', async () => {
      const { registry, dataSource } = await timed();
      await dataSource.query('SELECT 1');
      expect(await registry.metrics()).not.toContain('db_statement');
    });

    it('count calls and time by fingerprint', async () => {
      const { registry, dataSource } = await timed({ topStatements: true });
      await dataSource.query("SELECT 'a'");
      await dataSource.query("SELECT 'b'");
      await dataSource.query('DELETE FROM "t\\"');
      expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT ?'))).toBe(2);
      expect(await sample(registry, 'db_statement_seconds_total', labelsOfStatement('SELECT ?'))).toBeGreaterThan(0);
      expect(await registry.metrics()).toContain(
        `db_statement_calls_total{fingerprint="${fingerprintHash('DELETE FROM "t\\"')}",statement="DELETE FROM \\"t\\\\\\""} 1`,
      );
    });

    it('count statements over the limit as other, and lose no call', async () => {
      const { registry, dataSource } = await timed({ topStatements: true, maxTrackedStatements: 2 });
      for (const table of ['a', 'b', 'c', 'd', 'a', 'c']) await dataSource.query(`SELECT x FROM ${table}`);
      expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT x FROM a'))).toBe(2);
      expect(await sample(registry, 'db_statement_calls_total', { fingerprint: 'other', statement: 'other' })).toBe(3);
      expect(await sample(registry, 'db_statements_folded_total')).toBe(3);
    });

    it('say where a statement comes from as soon as its line is known, and keep the first one', async () => {
      const options = { topStatements: true, slowQueryThresholdMs: 0, logger: recordingLogger(), scopes: true };
      const { registry, dataSource } = await timed(options);
      const ask = () => dataSource.query('SELECT 1');
      await runInScope('first', ask);
      expect(await registry.metrics()).not.toMatch(/^db_statement_origin_info\{/m);
      await runInScope('second', ask);
      await runInScope('third', async () => dataSource.query('SELECT 2'));
      // Another DataSource, and another line.
      const other = await timed({ ...options, registry });
      for (const name of ['other', 'other']) await runInScope(name, async () => other.dataSource.query('SELECT 3'));
      const origins = (await registry.metrics()).match(/^db_statement_origin_info\{.*$/gm);
      expect(origins).toHaveLength(1);
      const fingerprint = fingerprintHash('SELECT ?');
      expect(origins![0]).toMatch(
        new RegExp(`fingerprint="${fingerprint}",scope="second",caller="test/.*metrics\\.spec\\.ts:\\d+:\\d+"} 1$`),
      );
    });

    it('never share a label, even for long statements', async () => {
      const { registry, dataSource } = await timed({ topStatements: true });
      const long = (end: string) => `SELECT ${'column_name, '.repeat(40)}${end}`;
      await dataSource.query(long('a'));
      await dataSource.query(long('b'));
      const labels = (await registry.metrics()).match(/^db_statement_calls_total\{.*\} 1$/gm)!;
      expect(labels).toHaveLength(2);
      expect(labels[0]).not.toBe(labels[1]);
      expect(labels[0].length).toBeLessThan(300);
    });

    it('are summed over two DataSources', async () => {
      const registry = new Registry();
      const [one, two] = [
        await timed({ registry, topStatements: true }),
        await timed({ registry, topStatements: true }),
      ];
      await one.dataSource.query('SELECT 1');
      await two.dataSource.query('SELECT 2');
      two.timing.uninstall();
      expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT ?'))).toBe(2);
      registry.resetMetrics();
      expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT ?'))).toBe(0);
    });
  });

  describe('with exemplars', () => {
    it('have the trace id of a slow query on its bucket, in OpenMetrics', async () => {
      const registry = new Registry();
      (registry as Registry<never>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
      const context = () => ({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
      const { dataSource } = await timed({ registry, exemplars: true, context, slowQueryThresholdMs: 0 });
      await dataSource.query('SELECT 1');
      expect(await registry.metrics()).toMatch(
        /db_query_duration_seconds_bucket\{le="[\d.]+",query_type="SELECT"\} 1 # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\} [\d.e-]+ [\d.]+\n/,
      );
    });

    it('have no exemplars in the text format', async () => {
      const context = () => ({ traceId: 'abc' });
      const { registry, dataSource } = await timed({ exemplars: true, context, slowQueryThresholdMs: 0 });
      await dataSource.query('SELECT 1');
      expect(await registry.metrics()).not.toContain('trace_id');
    });
  });
});
