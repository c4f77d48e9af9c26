import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { currentScope, runInScope } from '../../../src/query-timing/core';
import { scoped } from '../support/scoped';

const ROOT = join(__dirname, '../../..');

describe('the current unit of work', () => {
  it('is not asked for again while the store of the application runs a statement to find it', async () => {
    let asked = 0;
    let depth = 0;
    let deepest = 0;
    const context = {};
    const store = {
      get: () => {
        deepest = Math.max(deepest, ++depth);
        if (asked++ < 5) void dataSource.query('SELECT 2');
        depth--;
        return context;
      },
    };
    const { dataSource, closed, timing } = await scoped({ scopes: { store } });
    await runInScope('job', () => dataSource.query('SELECT 1'));
    timing.uninstall();
    expect(deepest).toBe(1);
    expect(closed.map(({ name }) => name)).toEqual(['job']);
  });

  it.each([
    ['', {}],
    [' and have a comment', { comments: true }],
  ])(
    'ends where the store of the application always runs a statement, and those are in no scope%s',
    async (_, more) => {
      const LIMIT = 1000;
      const context = {};
      let asked = 0;
      const sent: Promise<unknown>[] = [];
      const store = {
        get: () => {
          if (asked++ < LIMIT) sent.push(dataSource.query('SELECT 2'));
          return context;
        },
      };
      const { dataSource, closed, timing } = await scoped({ scopes: { store }, ...more });
      await runInScope('job', () => dataSource.query('SELECT 1'));
      while (sent.length > 0) await Promise.all(sent.splice(0));
      timing.uninstall();
      expect(asked).toBeLessThan(20);
      expect(timing.getSummary().totalQueries).toBe(asked + 1);
      expect(closed).toMatchObject([{ name: 'job', statements: 1 }]);
    },
  );

  it('may be opened in a sink that receives the end of another one, and does not reach it', async () => {
    const names: string[] = [];
    const sink = {
      record: () => undefined,
      recordScope: ({ name }: { name: string }) => {
        names.push(name);
        runInScope(`after ${name}`, () => undefined);
      },
    };
    const { timing, logger } = await scoped({ sinks: [sink] });
    runInScope('job', () => undefined);
    timing.uninstall();
    expect(names).toEqual(['job']);
    expect(logger.entries.filter((entry) => 'part' in entry)).toEqual([]);
  });

  it('is the innermost one, whose end brings the outer one back', async () => {
    const { dataSource, closed, timing } = await scoped();
    await runInScope(
      'outer',
      async () => {
        await dataSource.query('SELECT 1');
        await runInScope('inner', () => dataSource.query('SELECT 2'));
        await dataSource.query('SELECT 3');
      },
      { requestId: 'r-1' },
    );
    timing.uninstall();
    const figures = closed.map(({ name, statements, requestId }) => [name, statements, requestId]);
    expect(figures).toEqual([
      ['inner', 1, 'r-1'],
      ['outer', 2, 'r-1'],
    ]);
  });

  it('hangs on the object of the application, also when others run meanwhile', async () => {
    const context = new AsyncLocalStorage<object>();
    const store = { get: () => context.getStore() };
    const { dataSource, closed, timing } = await scoped({ scopes: { store } });
    const request = (name: string, statements: number) =>
      context.run({}, () =>
        runInScope(name, async () => {
          for (let i = 0; i < statements; i++) await dataSource.query('SELECT 1');
        }),
      );
    await Promise.all([request('a', 3), request('b', 5), dataSource.query('SELECT outside')]);
    timing.uninstall();
    expect(closed.map(({ name, statements }) => [name, statements]).sort()).toEqual([
      ['a', 3],
      ['b', 5],
    ]);
  });

  it('is the innermost one with the object of an application, too: side by side, without any, and twice in a row', async () => {
    const context = new AsyncLocalStorage<object>();
    const store = { get: () => context.getStore() };
    const { dataSource, closed, timing } = await scoped({ scopes: { store } });
    const query = () => dataSource.query('SELECT 1');
    await context.run({}, () =>
      runInScope('outer', async () => {
        await Promise.all([runInScope('left', query), runInScope('right', () => Promise.all([query(), query()]))]);
        await query();
      }),
    );
    await context.run({}, async () => {
      await runInScope('first', query);
      await query();
      await runInScope('second', query);
      expect(currentScope()).toBeUndefined();
    });
    await runInScope('none', () => context.run({}, () => runInScope('inside', query)));
    timing.uninstall();
    const figures = Object.fromEntries(closed.map(({ name, statements, late }) => [name, [statements, late]]));
    expect(figures).toEqual({
      outer: [1, 0],
      left: [1, 0],
      right: [2, 0],
      first: [1, 0],
      second: [1, 0],
      inside: [1, 0],
      none: [0, 0],
    });
  });

  it('is gone with the last timing that has scopes, and there again with the next one', async () => {
    const one = await scoped();
    await runInScope('job', async () => {
      one.timing.uninstall();
      expect(currentScope()).toBeUndefined();
    });
    const two = await scoped();
    await runInScope('next', () => two.dataSource.query('SELECT 1'));
    two.timing.uninstall();
    expect([one.closed, two.closed]).toMatchObject([[], [{ name: 'next', statements: 1 }]]);
  });

  it('does not exist where the store of the application fails, and no statement notices', async () => {
    const failing = {
      get: (): object => {
        throw new Error('no context');
      },
    };
    const { dataSource, timing, registry, logger } = await scoped({ scopes: { store: failing } });
    await expect(runInScope('job', () => dataSource.query('SELECT 1'))).resolves.toEqual([]);
    expect(timing.getSummary().totalQueries).toBe(1);
    timing.uninstall();
    expect(await registry.metrics()).toMatch(/internal_errors_total\{part="scopes"\} [1-9]/);
    expect(logger.entries).toContainEqual(expect.objectContaining({ part: 'scopes', error_type: 'Error' }));
  });
});

/** What a process does with the library, one after the other, and the stores that each of them makes. */
const IN_SCOPE = `await runInScope('job', () => dataSource.query('SELECT 1'));`;
const LENT = 'scopes: { store: { get: () => context.getStore() } }';
const CASES = [
  ['no store with scopes off', '', IN_SCOPE, 0],
  ['no store before the first unit of work', 'scopes: true', `await dataSource.query('SELECT 1');`, 0],
  ['one store for all units of work', 'scopes: true', IN_SCOPE + IN_SCOPE, 1],
  ['no store besides that of the application', LENT, `await context.run({}, async () => { ${IN_SCOPE} });`, 0],
  ['no store after the last timing with scopes is gone', 'scopes: true', `timing.uninstall(); ${IN_SCOPE}`, 0],
] as const;

const PROGRAM = `
  const hooks = require('node:async_hooks');
  const context = new hooks.AsyncLocalStorage();
  let made = 0;
  hooks.AsyncLocalStorage = class extends hooks.AsyncLocalStorage {
    constructor(...args) { super(...args); made++; }
  };
  const { installQueryTiming, runInScope } = require('./src/query-timing/core.ts');
  const { DataSource } = require('typeorm');
  const run = async (options, work) => {
    made = 0;
    const dataSource = new DataSource({ type: 'sqljs' });
    const timing = installQueryTiming(dataSource, { logger: { warn() {} }, ...options });
    await dataSource.initialize();
    await work(dataSource, timing);
    timing.uninstall();
    return made;
  };
  (async () => {
    const all = [];
    ${CASES.map(([, options, work]) => `all.push(await run({ ${options} }, async (dataSource, timing) => { ${work} }));`).join('\n')}
    console.log(JSON.stringify(all));
  })();`;

describe('an AsyncLocalStorage of the library', () => {
  it('exists only while it is needed', () => {
    const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', PROGRAM], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const made = JSON.parse(output) as number[];
    expect(CASES.map(([name], i) => [name, made[i]])).toEqual(CASES.map(([name, , , right]) => [name, right]));
  });
});
