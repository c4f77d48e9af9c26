import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { currentScope, runInScope } from '../../../src/query-timing/core';
import { scoped } from '../support/scoped';
import { deferred } from '../support/stub-postgres';
import { timed } from '../support/timed';

const ROOT = join(__dirname, '../../..');

describe('work in a scope', () => {
  it('returns and throws what it does, and its scope ends with it', async () => {
    const { closed, timing } = await scoped();
    const failure = new Error('of the work');
    const fail = () => {
      throw failure;
    };
    const names = () => closed.splice(0).map(({ name }) => name);
    expect(runInScope('value', () => 5)).toBe(5);
    expect(names()).toEqual(['value']);
    expect(() => runInScope('throws', fail)).toThrow(failure);
    expect(names()).toEqual(['throws']);
    const gate = deferred<number>();
    const promise = runInScope('promise', () => gate.promise);
    expect(names()).toEqual([]);
    gate.resolve(6);
    await expect(promise).resolves.toBe(6);
    expect(names()).toEqual(['promise']);
    await expect(runInScope('rejects', async () => fail())).rejects.toBe(failure);
    expect(names()).toEqual(['rejects']);
    timing.uninstall();
  });

  it('that returns the promise of a library starts it once, and has not ended before that', async () => {
    const { closed, timing } = await scoped();
    const started: unknown[] = [];
    const lazy: PromiseLike<string> = {
      then: (done, failed) => {
        started.push([currentScope()?.name, closed.length]);
        return Promise.resolve('done').then(done, failed);
      },
    };
    await expect(runInScope('lazy', () => lazy)).resolves.toBe('done');
    expect(started).toEqual([['lazy', 0]]);
    expect(closed).toHaveLength(1);
    timing.uninstall();
  });

  it('that returns a generator has ended when that has been read, is left early or throws', async () => {
    const { closed, timing, dataSource } = await scoped();
    const failure = new Error('of the generator');
    async function* rows(fails = false) {
      for (let i = 1; i <= 3; i++) {
        await dataSource.query('SELECT page FROM books');
        yield currentScope()?.name;
        if (fails) throw failure;
      }
      return 'done';
    }
    const names: unknown[] = [];
    const read = async (generator: AsyncIterable<unknown>, most = Infinity) => {
      for await (const name of generator) {
        await dataSource.query('SELECT reader FROM readers');
        if (names.push([name, currentScope()?.name, closed.length]) >= most) break;
      }
      return closed.splice(0).map(({ statements, late }) => [statements, late]);
    };
    expect(await read(runInScope('rows', () => rows()))).toEqual([[3, 0]]);
    expect(names.splice(0)).toEqual(Array.from({ length: 3 }, () => ['rows', undefined, 0]));
    expect(await read(await runInScope('rows', async () => rows()))).toEqual([[3, 0]]);
    names.length = 0;
    expect(
      await read(
        runInScope('rows', () => rows()),
        1,
      ),
    ).toEqual([[1, 0]]);
    await expect(read(runInScope('rows', () => rows(true)))).rejects.toBe(failure);
    expect(closed).toHaveLength(1);
    const [result] = [runInScope('numbers', () => [1, 2].values())];
    expect([...result]).toEqual([1, 2]);
    timing.uninstall();
  });

  it('that returns a generator without promises counts what it does', async () => {
    const { closed, timing } = await scoped();
    const numbers = runInScope('numbers', function* () {
      yield currentScope()?.name;
      yield closed.length;
      return 'done';
    });
    expect([...numbers]).toEqual(['numbers', 0]);
    expect(closed.map(({ name }) => name)).toEqual(['numbers']);
    expect(numbers.next()).toEqual({ done: true, value: undefined });
    expect(closed).toHaveLength(1);
    timing.uninstall();
  });

  it('that rejects and is not awaited is still an unhandled rejection of the process', () => {
    const code = `
      const { installQueryTiming, runInScope } = require('./src/query-timing/core.ts');
      const { DataSource } = require('typeorm');
      installQueryTiming(new DataSource({ type: 'sqljs' }), { scopes: true, logger: { warn() {} } });
      process.on('unhandledRejection', (error) => { console.log(error.message); process.exit(7); });
      void runInScope('job', async () => { throw new Error('not handled'); });`;
    const { status, stdout } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', code], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stdout.trim()]).toEqual([7, 'not handled']);
  });

  it('does not notice a sink that fails', async () => {
    const failing = {
      record: () => undefined,
      recordScope: () => {
        throw new Error('of the sink');
      },
    };
    const { timing, registry } = await timed({ scopes: true, sinks: [failing] });
    for (let i = 0; i < 3; i++) expect(runInScope('job', () => i)).toBe(i);
    timing.uninstall();
    expect(await registry.metrics()).toContain('internal_errors_total{part="sink"} 3');
  });

  it('can change what it was given about it, without an effect on others', async () => {
    const { dataSource, timing } = await timed({ scopes: true });
    await runInScope('job', async () => {
      await dataSource.query('SELECT 1');
      const summary = currentScope() as unknown as { statements: number; distinct: unknown[] };
      summary.statements = 100;
      summary.distinct.length = 0;
      expect(currentScope()).toMatchObject({ statements: 1, distinct: [{ count: 1 }] });
    });
    timing.uninstall();
  });
});

describe('a statement in a scope', () => {
  it('is counted once when it fails, when it is refused, and when its success is reported as a failure, too', async () => {
    const { dataSource, closed, timing } = await scoped({}, (sql) => {
      if (sql.includes('nowhere')) throw new Error('no such table');
      return undefined;
    });
    await runInScope('failures', async () => {
      await dataSource.query('SELECT 1 FROM nowhere').catch(() => undefined);
      let refusing = true;
      dataSource.subscribers.push({
        afterQuery: () => {
          if (!refusing) return;
          refusing = false;
          throw new Error('of another subscriber');
        },
      });
      await dataSource.query('SELECT 2').catch(() => undefined);
    });
    timing.uninstall();
    expect(closed).toMatchObject([{ statements: 2, types: { SELECT: 2 }, late: 0 }]);
  });

  it('is not counted when the timing ignores it, nor by a timing without scopes', async () => {
    const { dataSource, closed, timing } = await scoped({ ignore: ['pg_catalog'] });
    const other = await timed();
    await runInScope('job', async () => {
      await dataSource.query('SELECT * FROM pg_catalog.pg_class');
      await other.dataSource.query('SELECT 1');
    });
    for (const one of [timing, other.timing]) one.uninstall();
    expect(closed).toMatchObject([{ statements: 0, types: {}, distinct: [] }]);
  });

  it('has a separate row up to 32, the last of which change, and all others have one together', async () => {
    const { dataSource, closed, timing } = await scoped();
    await runInScope('job', async () => {
      for (let i = 0; i < 100; i++) await dataSource.query(`SELECT a${i % 50} FROM b`);
    });
    timing.uninstall();
    const { distinct, statements } = closed[0]!;
    expect(statements).toBe(100);
    expect(distinct).toHaveLength(33);
    expect(distinct[0]).toMatchObject({ statement: 'SELECT a0 FROM b', count: 2 });
    const changing = distinct.slice(24, 32).map(({ statement, count }) => `${statement}: ${count}`);
    expect(changing.sort()).toEqual(Array.from({ length: 8 }, (_, i) => `SELECT a${42 + i} FROM b: 1`));
    expect(distinct[32]).toMatchObject({ fingerprint: 'other', count: 44 });
  });

  it('that ends after its scope is late there, is logged once, and counts as any other in the statistics', async () => {
    const gate = deferred();
    const { dataSource, closed, timing, logger } = await scoped({}, () => gate.promise);
    const background: Promise<unknown>[] = [];
    runInScope('request', () => {
      for (let i = 0; i < 3; i++) background.push(dataSource.query(`SELECT ${i} FROM secrets`));
      background.push(dataSource.query('SELECT 1').then(() => currentScope()));
    });
    gate.resolve();
    const results = await Promise.all(background);
    timing.uninstall();
    expect(results.at(-1)).toMatchObject({ name: 'request', statements: 0, late: 4 });
    expect(closed).toHaveLength(1);
    expect(logger.ofOperation('DB_LATE_STATEMENT')).toEqual([
      expect.objectContaining({ scope: 'request', statement: 'SELECT ? FROM secrets' }),
    ]);
    expect(timing.getSummary().totalQueries).toBe(4);
  });
});
