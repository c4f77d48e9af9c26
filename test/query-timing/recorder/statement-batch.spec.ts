import { Registry } from 'prom-client';
import { installQueryTiming, type InstallOptions } from '../../../src/query-timing/core';
import { StatementBatch } from '../../../src/query-timing/recorder/statement-batch';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';

async function timed(options: InstallOptions = {}) {
  const registry = new Registry();
  const dataSource = await initializedStub();
  const timing = installQueryTiming(dataSource, { registry, logger: recordingLogger(), ...options });
  const counted = () => sample(registry, 'db_queries_total', { query_type: 'SELECT' });
  return { registry, dataSource, timing, counted };
}

describe('a batch of statements', () => {
  function batch() {
    const counted: [string, number, number, number][] = [];
    const errors: unknown[] = [];
    const count = (...statement: [string, number, number, number]) => {
      if (statement[0] === 'bad') throw new Error('bad');
      counted.push(statement);
    };
    return { counted, errors, batch: new StatementBatch(count, (error) => void errors.push(error)) };
  }

  it('counts them in order when it is full', () => {
    const { counted, batch: full } = batch();
    for (let i = 0; i < 31; i++) full.add(`SELECT ${i}`, i, i + 0.5, 2 * i);
    expect(counted).toEqual([]);
    full.add('SELECT 31', 31, 31.5, 62);
    expect(counted).toEqual(Array.from({ length: 32 }, (_, i) => [`SELECT ${i}`, i, i + 0.5, 2 * i]));
  });

  it('counts each once', () => {
    const { counted, batch: some } = batch();
    some.add('SELECT 1', 1, 2, 0);
    some.flush();
    some.flush();
    some.add('SELECT 2', 3, 4, 5);
    some.flush();
    expect(counted).toEqual([
      ['SELECT 1', 1, 2, 0],
      ['SELECT 2', 3, 4, 5],
    ]);
  });

  it('counts the others when counting one of them throws, in a batch or alone', () => {
    const { counted, errors, batch: some } = batch();
    for (const sql of ['SELECT 1', 'bad', 'SELECT 2'.padEnd(2049), 'SELECT 3', 'bad']) some.add(sql, 1, 2, 0);
    some.flush();
    expect(counted.map(([sql]) => sql.trim())).toEqual(['SELECT 2', 'SELECT 1', 'SELECT 3']);
    expect(errors).toHaveLength(2);
    for (let i = 0; i < 32; i++) some.add(i === 7 ? 'bad' : 'SELECT 4', 1, 2, 0);
    expect(counted).toHaveLength(3 + 31);
  });

  it('keeps at most 16 K characters', () => {
    const { counted, batch: some } = batch();
    for (let i = 0; i < 8; i++) some.add('SELECT 1'.padEnd(2048), 1, 2, 0);
    expect(counted).toEqual([]);
    some.add('SELECT 1', 1, 2, 0);
    expect(counted).toHaveLength(9);
    for (let i = 0; i < 8; i++) some.add('SELECT 1'.padEnd(2048), 1, 2, 0);
    expect(counted).toHaveLength(9);
  });

  it('does not keep a long text', () => {
    const { counted, batch: some } = batch();
    some.add('SELECT 1'.padEnd(2049), 1, 2, 0);
    expect(counted).toHaveLength(1);
    some.add('SELECT 1'.padEnd(2048), 1, 2, 0);
    expect(counted).toHaveLength(1);
  });

  it('does not keep a counted text', () => {
    const { batch: some } = batch();
    some.add('SELECT 1', 1, 2, 0);
    some.flush();
    expect(JSON.stringify(some)).not.toContain('SELECT');
  });
});

describe('a statement in an incomplete batch', () => {
  it('is in every scrape and every summary', async () => {
    const { dataSource, timing, registry, counted } = await timed();
    for (let queries = 1; queries <= 3; queries++) {
      await dataSource.query('SELECT 1');
      expect(timing.getSummary().totalQueries).toBe(queries);
    }
    await dataSource.query('SELECT 1');
    expect(await counted()).toBe(4);
    await dataSource.query('SELECT 1');
    expect(JSON.stringify(await registry.getMetricsAsJSON())).toContain('{"value":5,"labels":{"query_type":"SELECT"}}');
  });

  it('is counted when the timing is uninstalled', async () => {
    const { dataSource, timing, counted } = await timed();
    await dataSource.query('SELECT 1');
    timing.uninstall();
    expect(await counted()).toBe(1);
    expect(timing.getSummary().totalQueries).toBe(1);
  });

  it('is removed by a reset of the statistics, and remains in the metrics', async () => {
    const { dataSource, timing, counted } = await timed();
    await dataSource.query('SELECT 1');
    timing.resetStats();
    expect(timing.getSummary().totalQueries).toBe(0);
    expect(await counted()).toBe(1);
  });

  it('is removed by a reset of the metrics, and remains in the statistics', async () => {
    const { dataSource, timing, registry, counted } = await timed();
    await dataSource.query('SELECT 1');
    registry.resetMetrics();
    expect(await counted()).toBe(0);
    expect(timing.getSummary().totalQueries).toBe(1);
  });

  it('is compared with the threshold at the time it ended', async () => {
    const { dataSource, timing } = await timed();
    await dataSource.query('SELECT 1');
    timing.setSlowQueryThreshold(0);
    expect(timing.getSummary().slowQueries).toBe(0);
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().slowQueries).toBe(1);
  });

  it('is not counted if it matches ignore', async () => {
    const { dataSource, timing } = await timed({ ignore: [/^SELECT 1/] });
    await dataSource.query('SELECT 1');
    await dataSource.query('SELECT 2');
    expect(timing.getSummary().totalQueries).toBe(1);
  });
});
