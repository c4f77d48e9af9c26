import { currentScope, runInScope } from '../../../src/query-timing/core';
import { scoped } from '../support/scoped';
import { deferred } from '../support/stub-postgres';
import { timed } from '../support/timed';

describe('a unit of work', () => {
  it('counts its statements by type, with rows and the distinct ones', async () => {
    const { dataSource, closed, timing } = await scoped({}, () => ({ rows: [{}, {}], rowCount: 2 }));
    const result = await runInScope('report', async () => {
      for (let i = 0; i < 3; i++) await dataSource.query(`SELECT a FROM t WHERE id = ${i}`);
      await dataSource.query('UPDATE t SET a = 1');
      await dataSource.transaction((manager) => manager.query('DELETE FROM t'));
      return 'done';
    });
    await dataSource.query('SELECT outside');
    expect(result).toBe('done');
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({
      name: 'report',
      statements: 5,
      rows: 10,
      errors: 0,
      late: 0,
      types: { SELECT: 3, UPDATE: 1, DELETE: 1, BEGIN: 1, COMMIT: 1 },
      distinct: [
        { statement: 'SELECT a FROM t WHERE id = ?', type: 'SELECT', count: 3, dataSource: 'default' },
        { statement: 'UPDATE t SET a = ?', type: 'UPDATE', count: 1 },
        { statement: 'DELETE FROM t', type: 'DELETE', count: 1 },
      ],
    });
    timing.uninstall();
  });

  it('counts on the fast lane, too, and can be read meanwhile', async () => {
    const { dataSource, timing } = await timed({ scopes: true });
    await runInScope('job', async () => {
      expect(currentScope()).toMatchObject({ name: 'job', statements: 0 });
      await dataSource.query('SELECT 1');
      expect(currentScope()).toMatchObject({ name: 'job', statements: 1 });
    });
    expect(currentScope()).toBeUndefined();
    timing.uninstall();
  });

  it('is left out when no timing has scopes on', async () => {
    const { dataSource, timing } = await timed();
    const seen = await runInScope('job', async () => {
      await dataSource.query('SELECT 1');
      return currentScope();
    });
    expect(seen).toBeUndefined();
    timing.uninstall();
  });

  it('reports a statement that ends after it as late, and counts it nowhere else', async () => {
    const gate = deferred();
    const { dataSource, closed, timing } = await scoped({}, () => gate.promise);
    let background: Promise<unknown> | undefined;
    runInScope('request', () => {
      background = dataSource.query('SELECT 1');
    });
    expect(closed).toMatchObject([{ name: 'request', statements: 0, late: 0 }]);
    gate.resolve();
    await runInScope('next', () => background);
    expect(closed).toMatchObject([{ name: 'request' }, { name: 'next', statements: 0, late: 0 }]);
    timing.uninstall();
  });
});
