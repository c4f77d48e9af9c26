import { AggregationTemporality, DataPointType, InstrumentType, type Histogram } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import {
  DEFAULT_BUCKETS,
  installQueryTiming,
  installQueryTimingWithPrometheus,
  type InstallOptions,
} from '../../../src/query-timing/core';
import { QueryTimingMetricProducer } from '../../../src/query-timing/opentelemetry';
import { sample } from '../support/exposition';
import { operationCounts, pointsOf, TestReader } from '../support/open-telemetry';
import { recordingLogger } from '../support/recording-logger';
import { deferred, initializedStub, type StubServer } from '../support/stub-postgres';

const DURATION = 'db.client.operation.duration';
const { CUMULATIVE, DELTA } = AggregationTemporality;

const failing: StubServer = (sql) => {
  const code = /^SELECT fail (\w+)/.exec(sql)?.[1];
  if (code === 'none') throw new Error('Query read timeout');
  if (code !== undefined) throw Object.assign(new Error('no'), { code });
  return undefined;
};

async function timed(options: InstallOptions = {}, more: object = {}) {
  const producer = (options.metricProducers?.[0] ?? new QueryTimingMetricProducer()) as QueryTimingMetricProducer;
  const dataSource = await initializedStub(failing, more);
  const metricProducers = [producer];
  const timing = installQueryTiming(dataSource, { logger: recordingLogger(), metricProducers, ...options });
  return { dataSource, timing, producer, reader: new TestReader(producer) };
}

const run = async (dataSource: DataSource, ...statements: readonly string[]) => {
  for (const statement of statements) await dataSource.query(statement).catch(() => undefined);
};

describe('the metric producer', () => {
  it('counts operations by name and error type', async () => {
    const { dataSource, reader } = await timed();
    await run(dataSource, 'SELECT 1', 'SELECT 2', 'INSERT INTO t VALUES (1)', 'CREATE TABLE t (a int)');
    await run(dataSource, 'SELECT fail 42601', 'SELECT fail 23505', 'SELECT fail 42601', 'SELECT fail none');
    const metric = (await reader.read()).get(DURATION);
    expect(operationCounts(metric)).toEqual({
      SELECT: 2,
      INSERT: 1,
      none: 1,
      'SELECT 42601': 2,
      'SELECT 23505': 1,
      'SELECT timeout': 1,
    });
    expect(metric).toMatchObject({ descriptor: { unit: 's' }, dataPointType: DataPointType.HISTOGRAM });
  });

  it('has the status code of the database only where there is one', async () => {
    const { dataSource, reader } = await timed();
    await run(dataSource, 'SELECT fail 42601', 'SELECT fail none');
    const points = pointsOf((await reader.read()).get(DURATION));
    expect(points.map(({ attributes }) => [attributes['error.type'], attributes['db.response.status_code']])).toEqual([
      ['42601', '42601'],
      ['timeout', undefined],
    ]);
  });

  it('says where the database is, without credentials and without a usual port', async () => {
    const attributes = async (more: object, name?: string) => {
      const { dataSource, reader } = await timed({ ...(name !== undefined && { name }) }, more);
      await run(dataSource, 'SELECT 1');
      return pointsOf((await reader.read()).get(DURATION))[0]!.attributes;
    };
    const common = { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' };
    expect(await attributes({})).toEqual(common);
    expect(await attributes({ url: 'postgres://app:secret@db.example.com:5433/teas' })).toEqual({
      ...common,
      'db.namespace': 'teas',
      'server.address': 'db.example.com',
      'server.port': 5433,
    });
    expect(await attributes({ host: '::1', port: 5432, database: 'teas' }, 'reports')).toEqual({
      ...common,
      'db.namespace': 'teas',
      'server.address': '::1',
    });
  });

  it.each([
    ['the published boundaries where they are counted', undefined, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]],
    ['the counted ones where they are not', [0.01, 0.02, 7], [0.01, 0.02, 7]],
  ])('has exact buckets: %s', async (_, buckets, boundaries) => {
    const registry = new Registry();
    const { dataSource, reader } = await timed({ registry, ...(buckets && { buckets }) });
    await run(dataSource, ...Array.from({ length: 50 }, (_unused, i) => `SELECT ${i}`));
    const histogram = pointsOf((await reader.read()).get(DURATION))[0]!.value as Histogram;
    expect(histogram.buckets.boundaries).toEqual(boundaries);
    expect(histogram.count).toBe(50);
    let cumulative = 0;
    for (const [i, le] of boundaries.entries()) {
      cumulative += histogram.buckets.counts[i]!;
      const labels = { query_type: 'SELECT', le: String(le) };
      expect(cumulative).toBe(await sample(registry, 'db_query_duration_seconds_bucket', labels));
    }
    const labels = { query_type: 'SELECT' };
    expect(histogram.sum).toBeCloseTo((await sample(registry, 'db_query_duration_seconds_sum', labels))!, 9);
  });

  it('has every boundary of the conventions among the default buckets', () => {
    const counted = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10].filter((bound) => DEFAULT_BUCKETS.includes(bound));
    expect(counted).toHaveLength(9);
  });

  it('refuses a DataSource with other buckets, which is then not published', async () => {
    const { producer, reader } = await timed();
    const other = await initializedStub();
    const install = () =>
      installQueryTiming(other, { metricProducers: [producer], buckets: [1], logger: recordingLogger() });
    expect(install).toThrow('Use the same buckets');
    await run(other, 'SELECT 1');
    expect((await reader.read()).get(DURATION)).toBeUndefined();
  });

  it('adds up DataSources of one database and keeps others apart', async () => {
    const producer = new QueryTimingMetricProducer();
    const at = (name: string, database: string) =>
      timed({ name, metricProducers: [producer] }, { host: 'db.example.com', database });
    const [first, second, third] = [await at('a', 'teas'), await at('b', 'teas'), await at('c', 'cups')];
    for (const { dataSource } of [first, second, third]) await run(dataSource, 'SELECT 1');
    const points = pointsOf((await first.reader.read()).get(DURATION));
    expect(points.map(({ attributes, value }) => [attributes['db.namespace'], (value as Histogram).count])).toEqual([
      ['teas', 2],
      ['cups', 1],
    ]);
  });

  it('counts DataSources beyond the limit together', async () => {
    const producer = new QueryTimingMetricProducer();
    const reader = new TestReader(producer);
    for (const database of ['a', 'b', 'c', 'd']) {
      const { dataSource } = await timed(
        { name: database, metricProducers: [producer], maxDataSources: 2 },
        { database },
      );
      await run(dataSource, 'SELECT 1');
    }
    const points = pointsOf((await reader.read()).get(DURATION));
    expect(points.map(({ attributes, value }) => [attributes['db.namespace'], (value as Histogram).count])).toEqual([
      ['a', 1],
      ['b', 1],
      [undefined, 2],
    ]);
  });

  it('bounds the error types', async () => {
    const { dataSource, reader } = await timed();
    for (let i = 0; i < 200; i++) await run(dataSource, `SELECT fail ${10_000 + i}`);
    const counts = operationCounts((await reader.read()).get(DURATION));
    expect(Object.keys(counts)).toHaveLength(101);
    expect(counts['SELECT _OTHER']).toBe(100);
  });

  it('publishes nothing of a DataSource without it', async () => {
    const { reader } = await timed();
    const other = await initializedStub();
    installQueryTiming(other, { logger: recordingLogger() });
    await run(other, 'SELECT 1');
    expect((await reader.read()).get(DURATION)).toBeUndefined();
  });

  it('reports an error of a collection and never rejects', async () => {
    const producer = new QueryTimingMetricProducer({
      temporality: () => {
        throw new Error('no');
      },
    });
    await timed({ metricProducers: [producer] });
    expect(await producer.collect()).toMatchObject({ errors: [new Error('no')] });
  });
});

describe('a temporality', () => {
  it('is cumulative by default: totals since the start of the series', async () => {
    const before = Date.now();
    const { dataSource, reader } = await timed();
    const installed = Date.now();
    await run(dataSource, 'SELECT 1');
    const first = await reader.read();
    await run(dataSource, 'SELECT 1', 'SELECT fail 42601');
    const second = await reader.read();
    expect(second.get(DURATION)!.aggregationTemporality).toBe(CUMULATIVE);
    expect(operationCounts(first.get(DURATION))).toEqual({ SELECT: 1 });
    expect(operationCounts(second.get(DURATION))).toEqual({ SELECT: 2, 'SELECT 42601': 1 });
    const points = [first, second].flatMap((metrics) => pointsOf(metrics.get(DURATION)));
    const [start] = points.map((point) => point.start);
    expect(start).toBeGreaterThanOrEqual(before);
    expect(start).toBeLessThanOrEqual(installed);
    expect(new Set(points.map((point) => point.start)).size).toBe(1);
  });

  it('is delta where the reader prefers it: each interval begins where the last one ended', async () => {
    const producer = new QueryTimingMetricProducer({ temporality: DELTA });
    const { dataSource, reader } = await timed({ metricProducers: [producer] });
    const intervals: [number, number][] = [];
    const read = async () => {
      const metric = (await reader.read()).get(DURATION);
      expect(metric?.aggregationTemporality ?? DELTA).toBe(DELTA);
      for (const { start, end } of pointsOf(metric)) intervals.push([start, end]);
      return operationCounts(metric);
    };
    await run(dataSource, 'SELECT 1', 'SELECT 1');
    expect(await read()).toEqual({ SELECT: 2 });
    expect(await read()).toEqual({});
    await run(dataSource, 'SELECT 1', 'SELECT fail 42601');
    expect(await read()).toEqual({ SELECT: 1, 'SELECT 42601': 1 });
    expect(intervals).toHaveLength(3);
    const [first, ...later] = intervals;
    for (const [start, end] of later) {
      expect(start).toBeGreaterThanOrEqual(first![1]);
      expect(end).toBeGreaterThanOrEqual(start);
    }
  });

  it('can differ by instrument, as an exporter selects it', async () => {
    const temporality = (type: InstrumentType) => (type === InstrumentType.HISTOGRAM ? DELTA : CUMULATIVE);
    const { dataSource, reader } = await timed({ metricProducers: [new QueryTimingMetricProducer({ temporality })] });
    await run(dataSource, 'SELECT 1');
    await reader.read();
    const second = await reader.read();
    expect([...second.keys()]).not.toContain(DURATION);
    expect(second.get('db.client.connection.count')).toMatchObject({
      aggregationTemporality: CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: false,
    });
  });

  it('begins again for series that were forgotten', async () => {
    const { dataSource, timing, producer, reader } = await timed();
    await run(dataSource, 'SELECT 1', 'SELECT 1');
    const [before] = pointsOf((await reader.read()).get(DURATION));
    timing.uninstall({ forget: true });
    expect((await reader.read()).size).toBe(0);
    installQueryTiming(dataSource, { metricProducers: [producer], logger: recordingLogger() });
    await run(dataSource, 'SELECT 1');
    const [after] = pointsOf((await reader.read()).get(DURATION));
    expect((after!.value as Histogram).count).toBe(1);
    expect(after!.start).toBeGreaterThanOrEqual(before!.end);
  });

  it('begins again when the counts of a DataSource leave those of others', async () => {
    const producer = new QueryTimingMetricProducer();
    const one = await timed({ name: 'one', metricProducers: [producer] }, { database: 'teas' });
    const two = await timed({ name: 'two', metricProducers: [producer] }, { database: 'teas' });
    await run(one.dataSource, 'SELECT 1', 'SELECT 1');
    await run(two.dataSource, 'SELECT 1');
    const [before] = pointsOf((await one.reader.read()).get(DURATION));
    one.timing.uninstall({ forget: true });
    const [after] = pointsOf((await one.reader.read()).get(DURATION));
    expect((after!.value as Histogram).count).toBe(1);
    expect(after!.start).toBe(before!.end);
    const [later] = pointsOf((await one.reader.read()).get(DURATION));
    expect(later!.start).toBe(after!.start);
  });
});

describe('beside Prometheus', () => {
  it('shares the counts, and neither takes them away from the other', async () => {
    const registry = new Registry();
    const { dataSource, timing, reader } = await timed({ registry });
    const selects = () => sample(registry, 'db_queries_total', { query_type: 'SELECT' });
    const operations = async () => operationCounts((await reader.read()).get(DURATION));
    await run(dataSource, 'SELECT 1', 'SELECT fail 42601');
    expect(await selects()).toBe(2);
    expect(await operations()).toEqual({ SELECT: 1, 'SELECT 42601': 1 });

    registry.resetMetrics();
    expect(await selects()).toBe(0);
    expect(await operations()).toEqual({ SELECT: 1, 'SELECT 42601': 1 });

    await run(dataSource, 'SELECT 1');
    await dataSource.destroy();
    expect(await selects()).toBe(1);
    expect(await operations()).toEqual({ SELECT: 2, 'SELECT 42601': 1 });

    await dataSource.initialize();
    await run(dataSource, 'SELECT 1', 'SELECT 1');
    timing.uninstall();
    expect(await selects()).toBe(3);
    expect(await operations()).toEqual({ SELECT: 4, 'SELECT 42601': 1 });
  });

  it('needs no prom-client', async () => {
    jest.doMock('prom-client', () => {
      throw new Error("Cannot find module 'prom-client'");
    });
    const producer = new QueryTimingMetricProducer();
    const dataSource = await initializedStub();
    installQueryTimingWithPrometheus(dataSource, { metricProducers: [producer], logger: recordingLogger() });
    await run(dataSource, 'SELECT 1');
    expect(operationCounts((await new TestReader(producer).read()).get(DURATION))).toEqual({ SELECT: 1 });
    jest.dontMock('prom-client');
  });
});

describe('a statement that runs during a collection', () => {
  it('is counted once, in the collection after its end', async () => {
    const end = deferred();
    const producer = new QueryTimingMetricProducer({ temporality: DELTA });
    const dataSource = await initializedStub((sql) => (sql === 'SELECT slow' ? end.promise : undefined));
    installQueryTiming(dataSource, { metricProducers: [producer], logger: recordingLogger() });
    const reader = new TestReader(producer);
    const running = dataSource.query('SELECT slow');
    expect(operationCounts((await reader.read()).get(DURATION))).toEqual({});
    end.resolve();
    await running;
    expect(operationCounts((await reader.read()).get(DURATION))).toEqual({ SELECT: 1 });
    expect(operationCounts((await reader.read()).get(DURATION))).toEqual({});
  });
});
