import { runInThisContext } from 'node:vm';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import {
  installQueryTiming,
  runInScope,
  type CompletedQuery,
  type InstallOptions,
} from '../../../../src/query-timing/core';
import { Callers } from '../../../../src/query-timing/scopes/callers/callers';
import { recordingLogger } from '../../support/recording-logger';
import { markedLines } from '../marked-lines';

const marked = markedLines(__filename);

const uninstalls: (() => void)[] = [];
afterEach(() => {
  for (const uninstall of uninstalls.splice(0)) uninstall();
});

async function timed(options: InstallOptions = {}) {
  const seen: CompletedQuery[] = [];
  const logger = recordingLogger();
  const dataSource = await new DataSource({ type: 'sqljs' }).initialize();
  const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
  const timing = installQueryTiming(dataSource, { logger, registry: new Registry(), sinks, ...options });
  uninstalls.push(() => timing.uninstall());
  const runnerClass = Object.getPrototypeOf(dataSource.driver.createQueryRunner('master')) as { query: unknown };
  return { dataSource, timing, logger, seen, runnerClass };
}

const repeated = async (times: number, work: () => Promise<unknown>) => {
  for (let i = 0; i < times; i++) await work();
};

describe('the callers of slow statements', () => {
  it('are in the log line, the summary and the record of each run after a slow one', async () => {
    const { dataSource, logger, seen, timing } = await timed({ slowQueryThresholdMs: 0 });
    await repeated(2, () => dataSource.query('SELECT 1')); // line: slow
    const [first, second] = logger.ofOperation('DB_SLOW_QUERY');
    expect(first).not.toHaveProperty('caller');
    expect(second).toEqual(expect.objectContaining({ caller: expect.stringContaining(marked('slow')) }));
    expect(seen.map(({ origin }) => origin)).toEqual([undefined, { caller: second!['caller'] }]);
    expect(timing.getSummary().slowestQueries[0]!.origin).toEqual({ caller: second!['caller'] });
  });

  it('are beside the unit of work and its request', async () => {
    const { dataSource, logger, seen } = await timed({ slowQueryThresholdMs: 0, scopes: true });
    const requestId = 'a'.repeat(300);
    await runInScope('some work', () => repeated(2, () => dataSource.query('SELECT 1')), { requestId }); // line: scope
    const [first, second] = logger.ofOperation('DB_SLOW_QUERY');
    const work = { scope: 'some work', request_id: `${'a'.repeat(200)}…` };
    expect(first).toEqual(expect.objectContaining(work));
    expect(second).toEqual(expect.objectContaining({ ...work, caller: expect.stringContaining(marked('scope')) }));
    expect(seen[0]!.origin).toEqual({ scope: work.scope, requestId: work.request_id });
  });

  it('cost nothing before the first slow statement: no method is replaced', async () => {
    const { dataSource, timing, runnerClass } = await timed({ slowQueryThresholdMs: 10_000 });
    const { query } = runnerClass;
    await repeated(2, () => dataSource.query('SELECT 1'));
    expect(runnerClass.query).toBe(query);
    timing.setSlowQueryThreshold(0);
    await dataSource.query('SELECT 1');
    expect(runnerClass.query).not.toBe(query);
    timing.uninstall();
    expect(runnerClass.query).toBe(query);
  });

  it('are watched again when the timing is switched on again', async () => {
    const { dataSource, timing, seen } = await timed({ slowQueryThresholdMs: 0 });
    await repeated(2, () => dataSource.query('SELECT 1'));
    timing.setEnabled(false);
    timing.setEnabled(true);
    seen.length = 0;
    await repeated(2, () => dataSource.query('SELECT 1')); // line: again
    expect(seen.at(-1)!.origin?.caller).toContain(marked('again'));
  });

  it('are wanted for the next 128 runs only', () => {
    const callers = new Callers();
    callers.noteSlow('SELECT 1');
    const runner = {};
    const run = () => {
      callers.called(runner, 'SELECT 1', undefined, run);
      return callers.take(runner, 'SELECT 1', []);
    };
    const found = Array.from({ length: 130 }, run).filter((caller) => caller !== undefined);
    expect(found).toHaveLength(128);
  });

  it('belong to the calls of one runner in their order, and none stays with a statement that has ended', () => {
    const callers = new Callers();
    callers.noteSlow('SELECT 1');
    const runner = {};
    const one = () => callers.called(runner, 'SELECT 1', undefined, one);
    const two = () => callers.called(runner, 'SELECT 1', undefined, two);
    one(); // line: one
    two(); // line: two
    const taken = [1, 2, 3].map(() => callers.take(runner, 'SELECT 1', undefined));
    expect(taken).toEqual([expect.stringContaining(marked('one')), expect.stringContaining(marked('two')), undefined]);
  });

  it('are known although another library replaces the method before and after the timing does', async () => {
    const { dataSource, timing, seen, runnerClass } = await timed({ slowQueryThresholdMs: 0 });
    const { query } = runnerClass as { query: (...args: unknown[]) => unknown };
    await dataSource.query('SELECT 1');
    const ours = runnerClass.query as typeof query;
    const filename = '/node_modules/another-library/index.js';
    const wrap = '(inner) => function (...args) { return inner.apply(this, args); }';
    runnerClass.query = (runInThisContext(wrap, { filename }) as (inner: typeof query) => typeof query)(ours);
    // The replacement stays under the other one: after the next installation there are two.
    timing.uninstall();
    installQueryTiming(dataSource, {
      slowQueryThresholdMs: 0,
      sinks: [{ record: (one) => void seen.push(one) }],
      registry: false,
      logger: recordingLogger(),
    });
    seen.length = 0;
    await repeated(3, () => dataSource.query('SELECT 1')); // line: between
    expect(seen.slice(1).map(({ origin }) => origin?.caller)).toEqual([
      expect.stringContaining(marked('between')),
      expect.stringContaining(marked('between')),
    ]);
    runnerClass.query = query;
  });
});
