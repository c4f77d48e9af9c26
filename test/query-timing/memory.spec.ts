import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { installQueryTiming, type InstallOptions } from '../../src/query-timing/core';
import { seriesOf } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A WeakRef keeps its object alive until the current task ends. */
const aMoment = () => new Promise((resolve) => setImmediate(resolve));

function heap(): number {
  for (let i = 0; i < 4; i++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const KILOBYTE = 1024;

async function timed(options: InstallOptions = {}) {
  const registry = new Registry();
  const dataSource = await initializedStub();
  const install = () =>
    installQueryTiming(dataSource, { registry, logger: recordingLogger(), slowQueryThresholdMs: 60_000, ...options });
  return { registry, dataSource, install };
}

describe('the memory of the query timing', () => {
  it.each([
    [0, 'nothing', 'SELECT', ''],
    [100, 'Latin letters', 'SELECT', 'x'],
    [100, 'Cyrillic ones, of two bytes each', 'SELECT', 'я'],
    [100, 'Cyrillic ones after a WITH', 'WITH', 'я'],
  ])('is at most 336 KB for an idle DataSource after %d queries of %s', async (queries, _, verb, letter) => {
    // Several, because they share the compiled code.
    const several = await Promise.all(Array.from({ length: 8 }, () => timed({ topStatements: true })));
    const before = heap();
    for (const [copy, { install, registry, dataSource }] of several.entries()) {
      install();
      await registry.metrics();
      const [subscriber] = dataSource.subscribers;
      for (let i = 0; i < queries; i++) {
        const query = `${verb} ${copy} ${i} `.padEnd(i % 10 === 0 ? 100_000 : 2000, letter);
        const event = { queryRunner: {}, query: Buffer.from(query).toString(), success: true };
        void subscriber!.beforeQuery!(event as never);
        void subscriber!.afterQuery!(event as never);
      }
    }
    expect(heap() - before).toBeLessThan(several.length * 336 * KILOBYTE);
    expect(several.every(({ install }) => install().getSummary().totalQueries === queries)).toBe(true);
  });

  it.each([
    ['100,000', 'the defaults', {}],
    ['300,000', 'top statements', { topStatements: true, maxTrackedStatements: 100 }],
  ])('grows by at most 1 MB over %s queries of 100,000 statements with %s', async (queries, _, options) => {
    const count = Number(queries.replaceAll(',', ''));
    const { registry, dataSource, install } = await timed(options);
    const timing = install();
    const [subscriber] = dataSource.subscribers;
    const run = (many: number) => {
      for (let i = 0; i < many; i++) {
        const query = `SELECT "a${i % 100_000}" FROM "hostile\\"{}" WHERE b = 'value ${i}'`;
        const event = { queryRunner: {}, query, parameters: [i], success: i % 7 !== 0, error: { code: '23505' } };
        void subscriber!.beforeQuery!(event as never);
        void subscriber!.afterQuery!(event as never);
      }
    };
    run(1000);
    const series = seriesOf(await registry.metrics());
    const before = heap();
    run(count);
    const exposition = await registry.metrics();
    expect(heap() - before).toBeLessThan(1024 * KILOBYTE);
    expect(timing.getSummary().totalQueries).toBe(1000 + count);
    expect(seriesOf(exposition).length).toBeLessThanOrEqual(series.length + 2 * 100);
    if (!('topStatements' in options)) expect(seriesOf(exposition)).toEqual(series);
  });

  it.each([
    ['succeeded', { success: true }],
    ['failed', { success: false, error: new Error('of the server') }],
  ])('keeps nothing of a statement in memory that has %s', async (_, outcome) => {
    const { dataSource, install } = await timed();
    install();
    const [subscriber] = dataSource.subscribers;
    const runAndForget = () => {
      const event = { queryRunner: {}, query: 'SELECT 1', parameters: [{}], ...outcome };
      void subscriber!.beforeQuery!(event as never);
      void subscriber!.afterQuery!(event as never);
      return [event.queryRunner, event.parameters].map((part) => new WeakRef(part));
    };
    const parts = runAndForget();
    await aMoment();
    collectGarbage();
    expect(parts.map((part) => part.deref())).toEqual([undefined, undefined]);
  });

  it('releases query runners whose statement was rejected before it was sent', async () => {
    const { dataSource, install } = await timed();
    install();
    const [subscriber] = dataSource.subscribers;
    const runners: WeakRef<object>[] = [];
    for (let i = 0; i < 1000; i++) {
      const queryRunner = {};
      runners.push(new WeakRef(queryRunner));
      void subscriber!.beforeQuery!({ queryRunner, query: 'refused by another subscriber' } as never);
    }
    await aMoment();
    collectGarbage();
    expect(runners.filter((runner) => runner.deref() !== undefined).length).toBeLessThanOrEqual(32);
  });
});
