import { KnownStatements } from '../../../src/query-timing/recorder/known-statements';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { QUERY_TYPES, QueryTypes } from '../../../src/query-timing/sql/query-type';

const dialect = dialectOf('postgres');
const statements = (isIgnored?: (sql: string) => boolean) =>
  new KnownStatements(dialect, new QueryTypes(dialect), isIgnored);

describe('known statements', () => {
  it('are found again by their text', () => {
    const known = statements();
    expect(known.of('SELECT 1', 0)).toBe(known.of(Buffer.from('SELECT 1').toString(), 0));
    expect(known.of('SELECT 1', 0)).not.toBe(known.of('SELECT 2', 0));
  });

  it.each([
    ['START TRANSACTION', true],
    ['commit', true],
    ['ROLLBACK TO SAVEPOINT a', true],
    ['/* x */ SAVEPOINT a', true],
    ['RELEASE SAVEPOINT a', true],
    ['SELECT 1', false],
    ['VACUUM', false],
    ['CREATE TABLE savepoint (a int)', false],
  ])('know whether %s controls a transaction, recognised or not', (sql, expected) => {
    const known = statements();
    expect(known.of(sql, 0).transactionControl).toBe(expected);
    const busy = statements();
    for (let i = 0; i < 2000; i++) busy.of(`SELECT ${i}`, 0);
    expect(busy.of(sql, 0)).toMatchObject({ transactionControl: expected, recognised: false });
  });

  it('are recognised in a burst of a thousand and then five hundred per second, and by their type beyond that', () => {
    const known = statements();
    const recognised = (now: number) => {
      let count = 0;
      for (let i = 0; i < 3000; i++) if (known.of(`UPDATE t SET a = ${now} WHERE b = ${i}`, now).recognised) count++;
      return count;
    };
    expect(recognised(0)).toBe(1000);
    expect(recognised(500)).toBe(250);
    expect(QUERY_TYPES[known.of('UPDATE t SET a = 5', 501).typeIndex]).toBe('UPDATE');
  });

  it('are ignored by their whole text, also where the cache reads only the start', () => {
    const known = statements((sql) => sql.endsWith('secret'));
    const long = `SELECT ${'a, '.repeat(4000)}`;
    expect(known.of('SELECT secret', 0).ignored).toBe(true);
    expect(known.of('SELECT secret', 0).ignored).toBe(true);
    expect(known.of(`${long}public`, 0).ignored).toBe(false);
    expect(known.of(`${long}secret`, 0).ignored).toBe(true);
    expect(known.of(`${long}public`, 0).ignored).toBe(false);
  });

  it('have the type of their whole text, also where the cache reads only the start', () => {
    const known = statements();
    const start = `WITH a AS (SELECT ${'b, '.repeat(4000)} c) `;
    const typeOf = (sql: string) => QUERY_TYPES[known.of(sql, 0).typeIndex];
    expect(typeOf(`${start}SELECT 1`)).toBe('SELECT');
    expect(typeOf(`${start}DELETE 1`)).toBe('DELETE');
    expect(typeOf(`${start}SELECT 1`)).toBe('SELECT');
  });

  it('are known by their type only if no sink distinguishes them', () => {
    const known = statements();
    known.setIdentify(false);
    expect(known.of('SELECT 1', 0)).toBe(known.of('SELECT 2', 0));
    expect(known.of('SELECT 1', 0).recognised).toBe(false);
  });
});
