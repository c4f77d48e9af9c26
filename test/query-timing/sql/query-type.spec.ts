import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { mayBeginTransaction, queryTypeOf } from '../../../src/query-timing/sql/query-type';

const typeOn = (driver: string) => (sql: string) => queryTypeOf(sql, dialectOf(driver));
const type = typeOn('postgres');

describe('the type of a query', () => {
  it.each([
    ['SELECT 1', 'SELECT'],
    ['INSERT INTO "order" VALUES (1)', 'INSERT'],
    ['UPDATE "order" SET a = 1', 'UPDATE'],
    ['DELETE FROM "order"', 'DELETE'],
    ['BEGIN', 'BEGIN'],
    ['START TRANSACTION', 'BEGIN'],
    ['COMMIT', 'COMMIT'],
    ['ROLLBACK', 'ROLLBACK'],
    ['ROLLBACK TO SAVEPOINT typeorm_1', 'ROLLBACK'],
    ['CREATE TABLE t (a int)', 'OTHER'],
    ['SAVEPOINT typeorm_1', 'OTHER'],
    ['EXPLAIN SELECT 1', 'OTHER'],
    ['', 'OTHER'],
  ])('of %j is %s', (sql, expected) => {
    expect(type(sql)).toBe(expected);
  });

  it('does not depend on upper and lower case', () => {
    expect(['select 1', 'Insert into t', 'uPdAtE t', 'begin', 'commit', 'start transaction'].map(type)).toEqual([
      'SELECT',
      'INSERT',
      'UPDATE',
      'BEGIN',
      'COMMIT',
      'BEGIN',
    ]);
  });

  it('does not depend on white space before or behind the verb', () => {
    expect(
      ['  \n\t SELECT 1', 'SELECT\n1', '\u00a0DELETE\tFROM t', '\ufeffUPDATE t', 'SELECT*FROM t', 'select'].map(type),
    ).toEqual(['SELECT', 'SELECT', 'DELETE', 'UPDATE', 'SELECT', 'SELECT']);
  });

  it('skips comments of every kind before the verb', () => {
    expect(type('-- which order\nSELECT 1')).toBe('SELECT');
    expect(type('/* app:shop */ /* nested /* once */ DELETE */ UPDATE t SET a = 1')).toBe('UPDATE');
    expect(typeOn('mysql')('# note\nINSERT INTO t VALUES (1)')).toBe('INSERT');
    expect(typeOn('mysql')('/* no /* nesting */ DELETE FROM t')).toBe('DELETE');
  });

  it('skips parentheses before the verb', () => {
    expect(type('((SELECT 1) UNION SELECT 2)')).toBe('SELECT');
  });

  it('is that of the main statement behind WITH', () => {
    expect(type('WITH a AS (SELECT 1) SELECT * FROM a')).toBe('SELECT');
    expect(type('WITH a AS (SELECT 1), b AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM b')).toBe('INSERT');
    expect(type('with recursive r(n) as (select 1 union all select n + 1 from r) update t set a = 1')).toBe('UPDATE');
    expect(type("WITH a AS MATERIALIZED (SELECT ')', $$ ) UPDATE $$) DELETE FROM t")).toBe('DELETE');
    expect(type('WITH a AS (SELECT 1) MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE')).toBe('OTHER');
  });

  it('is not that of a common table expression whose name is a verb', () => {
    expect(type('WITH update AS (SELECT 1), delete AS (SELECT 2) SELECT * FROM update')).toBe('SELECT');
  });

  it('is not taken from a word that only starts like a verb', () => {
    expect(['SELECTED', 'updates', 'begins', 'START REPLICA', 'deleted_orders'].map(type)).toEqual(
      Array.from({ length: 5 }, () => 'OTHER'),
    );
  });

  it('may be a BEGIN wherever it is one, by the quick look too', () => {
    const begins = ['BEGIN', 'begin', 'Begin', 'START TRANSACTION', 'start transaction'];
    const before = ['', ' ', '\n', '  ', '(', ';', '; ', '-- n\n', '/*p*/', '\u00a0', '\ufeff', '/**/ '];
    const texts = before.flatMap((start) => begins.map((begin) => start + begin));
    for (const sql of texts) expect([sql, type(sql), mayBeginTransaction(sql)]).toEqual([sql, 'BEGIN', true]);
    expect(['SELECT 1', 'insert into t', 'UPDATE t', 'delete from t'].some(mayBeginTransaction)).toBe(false);
  });

  it('of a WITH that never ends is OTHER', () => {
    expect(type('WITH a AS (SELECT 1')).toBe('OTHER');
    expect(type('WITH')).toBe('OTHER');
  });
});
