import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { currentScope, installQueryTiming, runInScope } from '../../src/query-timing/core';
import { scopeStore } from '../../src/query-timing/scopes/scope-store';
import { MetricsTable } from '../../src/query-timing/sinks/metrics/metrics-table';
import { labelsOfStatement, regressions, sample, samplesOf } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { stubDataSource } from './support/stub-postgres';
import { timed } from './support/timed';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A WeakRef keeps its object alive until the current task ends, and finalisers run in another task. */
const aMoment = () => new Promise((resolve) => setImmediate(resolve));

const selects = (registry: Registry) => sample(registry, 'db_queries_total', { query_type: 'SELECT' });

/** How many tables the next scrape adds up. */
async function tablesRead(registry: Registry): Promise<number> {
  const refresh = jest.spyOn(MetricsTable.prototype, 'refresh');
  await registry.metrics();
  const { length } = refresh.mock.calls;
  refresh.mockRestore();
  return length;
}

describe('a DataSource that is destroyed', () => {
  it('keeps its counts in the metrics, without the figures of its pool', async () => {
    const { registry, dataSource } = await timed({ topStatements: true });
    await dataSource.query('SELECT 1');
    const before = await samplesOf(registry);
    await dataSource.destroy();
    expect(regressions(before, await samplesOf(registry))).toEqual([]);
    expect(await selects(registry)).toBe(1);
    expect(await sample(registry, 'db_pool_max_connections')).toBe(0);
  });

  it('is not read by scrapes any more', async () => {
    const registry = new Registry();
    const all = await Promise.all(Array.from({ length: 20 }, () => timed({ registry })));
    expect(await tablesRead(registry)).toBe(20);
    for (const { dataSource } of all.slice(1)) await dataSource.destroy();
    expect(await tablesRead(registry)).toBe(1);
  });

  it('comes back when it is initialised again, and continues', async () => {
    const { registry, dataSource, timing } = await timed({ topStatements: true });
    for (let i = 1; i <= 3; i++) {
      await dataSource.query('SELECT 1');
      const before = await samplesOf(registry);
      await dataSource.destroy();
      expect(regressions(before, await samplesOf(registry))).toEqual([]);
      await dataSource.initialize();
      expect(regressions(before, await samplesOf(registry))).toEqual([]);
      await dataSource.query('SELECT 1');
      expect(await selects(registry)).toBe(2 * i);
      expect(await sample(registry, 'db_pool_max_connections')).toBe(10);
      expect(timing.getSummary().totalQueries).toBe(2 * i);
    }
  });

  it('counts a connection that it cannot open when it is initialised again', async () => {
    const { registry, dataSource } = await timed();
    await dataSource.destroy();
    const refusal = Object.assign(new Error('no'), { code: 'ECONNREFUSED', syscall: 'connect' });
    Object.assign(dataSource.driver, { createPool: () => Promise.reject(refusal) });
    await expect(dataSource.initialize()).rejects.toBe(refusal);
    expect(await sample(registry, 'db_pool_acquire_failures_total', { reason: 'refused' })).toBe(1);
  });

  it('returns what TypeORM returns from initialize() and destroy(), and fails as it does', async () => {
    const dataSource = stubDataSource();
    installQueryTiming(dataSource, { registry: new Registry(), logger: recordingLogger() });
    await expect(dataSource.destroy()).rejects.toThrow();
    await expect(dataSource.initialize()).resolves.toBe(dataSource);
    await expect(dataSource.initialize()).rejects.toThrow('already');
    await expect(dataSource.destroy()).resolves.toBeUndefined();
  });

  it.each<[string, (d: Awaited<ReturnType<typeof timed>>) => unknown]>([
    ['uninstalled', ({ timing }) => timing.uninstall()],
    ['switched off', ({ timing }) => timing.setEnabled(false)],
    ['uninstalled and forgotten', ({ timing }) => timing.uninstall({ forget: true })],
  ])('can be %s before and after, in any order, without an error', async (_, act) => {
    for (const destroyFirst of [true, false]) {
      const all = await timed();
      const { registry, dataSource, timing } = all;
      await dataSource.query('SELECT 1');
      const steps = [() => dataSource.destroy(), () => act(all)];
      for (const step of destroyFirst ? steps : steps.reverse()) await step();
      await act(all);
      await dataSource.initialize();
      await dataSource.query('SELECT 1');
      await dataSource.destroy();
      timing.setEnabled(false);
      timing.setEnabled(true);
      timing.resetStats();
      timing.setLogAllQueries(true);
      timing.setSlowQueryThreshold(1);
      timing.uninstall();
      expect(timing.getSummary().totalQueries).toBe(0);
      await registry.metrics();
    }
  });
});

describe('the scopes of a DataSource that is destroyed', () => {
  const SCOPES = 'db_scope_statements_count';
  const users = () => (scopeStore as unknown as { users: readonly unknown[] }).users;

  it('are left to the others: none is lost, and one that ends has no more to do', async () => {
    const registry = new Registry();
    const options = { registry, scopes: true };
    const all = [];
    for (let i = 0; i < 10; i++) all.push(await timed(options));
    for (const { dataSource } of all.slice(1)) await dataSource.destroy();
    expect(users()).toHaveLength(1);
    await all[0]!.dataSource.destroy();
    const last = await timed(options);
    await runInScope('job', () => last.dataSource.query('SELECT 1'));
    expect(await sample(registry, SCOPES, { scope: 'job' })).toBe(1);
    for (const { timing } of [...all, last]) timing.uninstall();
    expect(users()).toEqual([]);
  });

  it('count again when it is initialised again, unless it is switched off', async () => {
    const [one, other] = [await timed({ scopes: true }), await timed({ scopes: true })];
    const statements = async () =>
      runInScope('job', async () => {
        await one.dataSource.query('SELECT 1');
        return currentScope()?.statements;
      });
    await one.dataSource.destroy();
    await one.dataSource.initialize();
    other.timing.uninstall();
    expect(await statements()).toBe(1);
    one.timing.setEnabled(false);
    await one.dataSource.destroy();
    await one.dataSource.initialize();
    expect(await statements()).toBeUndefined();
    one.timing.uninstall();
  });

  it('are still reported where it is the only one', async () => {
    const scopes: string[] = [];
    const sink = { record: () => undefined, recordScope: ({ name }: { name: string }) => void scopes.push(name) };
    const { dataSource, timing } = await timed({ scopes: true, sinks: [sink] });
    await runInScope('a script', async () => {
      await dataSource.query('SELECT 1');
      await dataSource.destroy();
    });
    expect(scopes).toEqual(['a script']);
    timing.uninstall();
  });
});

describe('the registry keeps in memory no DataSource', () => {
  const many = 20;

  type Timed = Awaited<ReturnType<typeof timed>>;

  async function garbage(registry: Registry, end: (one: Timed) => Promise<void>, refers = false) {
    const references: WeakRef<object>[] = [];
    for (let i = 0; i < many; i++) {
      const kept: object[] = [];
      const sinks = [{ record: () => void kept.length }];
      const options = { topStatements: true, slowQueryThresholdMs: 0, ...(refers && { sinks }) };
      const one = await timed({ registry, ...options });
      kept.push(one.dataSource);
      await one.dataSource.query(`SELECT ${i}`);
      await end(one);
      references.push(new WeakRef(one.dataSource));
    }
    return references;
  }

  it.each<[what: string, end: (one: Timed) => Promise<void>, refers: boolean]>([
    ['that is destroyed', ({ dataSource }) => dataSource.destroy(), false],
    ['that is destroyed and to which a custom sink refers', ({ dataSource }) => dataSource.destroy(), true],
    ['that is never destroyed', () => Promise.resolve(), false],
    ['that is never destroyed and to which a custom sink refers', () => Promise.resolve(), true],
    ['whose timing is uninstalled', ({ timing }) => Promise.resolve(timing.uninstall()), false],
  ])('%s, but all counts', async (_, end, refers) => {
    const registry = new Registry();
    const references = await garbage(registry, end, refers);
    await registry.metrics();
    for (let i = 0; i < 3; i++) {
      await aMoment();
      collectGarbage();
    }
    await aMoment();
    // The last one may be on the stack of this test.
    expect(references.filter((reference) => reference.deref()).length).toBeLessThanOrEqual(1);
    expect(await selects(registry)).toBe(many);
    expect(await sample(registry, 'db_statement_calls_total', labelsOfStatement('SELECT ?'))).toBe(many);
    // Finalisers run when the engine likes to, which no event announces. Collecting takes long when other tests have left a lot.
    for (let i = 1; i <= 500 && (await tablesRead(registry)) > 1; i++) {
      if (i % 50 === 0) collectGarbage();
      await delay(10);
    }
    expect(await tablesRead(registry)).toBeLessThanOrEqual(1);
    expect(await selects(registry)).toBe(many);
  });
});
