import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { SqlLexer } from '../../../src/query-timing/sql/lexer';
import { mayBeginOrEndTransaction, QUERY_TYPES, QueryTypes } from '../../../src/query-timing/sql/query-type';

const typeOn = (driver: string) => {
  const types = new QueryTypes(dialectOf(driver));
  return (sql: string) => QUERY_TYPES[types.indexOf(sql)];
};
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

  it('ignores case', () => {
    expect(['select 1', 'Insert into t', 'uPdAtE t', 'begin', 'commit', 'start transaction'].map(type)).toEqual([
      'SELECT',
      'INSERT',
      'UPDATE',
      'BEGIN',
      'COMMIT',
      'BEGIN',
    ]);
  });

  it('ignores white space before and after the verb', () => {
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

  it('is that of the main statement after WITH', () => {
    expect(type('WITH a AS (SELECT 1) SELECT * FROM a')).toBe('SELECT');
    expect(type('WITH a AS (SELECT 1), b AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM b')).toBe('INSERT');
    expect(type('with recursive r(n) as (select 1 union all select n + 1 from r) update t set a = 1')).toBe('UPDATE');
    expect(type("WITH a AS MATERIALIZED (SELECT ')', $$ ) UPDATE $$) DELETE FROM t")).toBe('DELETE');
    expect(type('WITH a AS (SELECT 1) MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE')).toBe('OTHER');
  });

  it('is not the name of a common table expression', () => {
    expect(type('WITH update AS (SELECT 1), delete AS (SELECT 2) SELECT * FROM update')).toBe('SELECT');
  });

  it('is not taken from a word that only starts with a verb', () => {
    expect(['SELECTED', 'updates', 'begins', 'START REPLICA', 'deleted_orders'].map(type)).toEqual(
      Array.from({ length: 5 }, () => 'OTHER'),
    );
  });

  it('mayBeginOrEndTransaction never misses a statement that begins or ends one', () => {
    const verbs = { BEGIN: 'BEGIN', 'START TRANSACTION': 'BEGIN', COMMIT: 'COMMIT', ROLLBACK: 'ROLLBACK' };
    const before = ['', ' ', '\n', '  ', '(', ';', '; ', '-- n\n', '#n\n', '/*p*/', '\u00a0', '\ufeff', '/**/ '];
    for (const start of before) {
      for (const [verb, expected] of Object.entries(verbs)) {
        for (const sql of [start + verb, start + verb.toLowerCase()]) {
          expect([sql, typeOn('mysql')(sql), mayBeginOrEndTransaction(sql)]).toEqual([sql, expected, true]);
        }
      }
    }
    const others = ['SELECT 1', 'insert into t', 'UPDATE t', 'delete from t', 'WITH a AS (SELECT 1) SELECT 1'];
    expect(others.some(mayBeginOrEndTransaction)).toBe(false);
  });

  it('of a WITH statement is cached, and not confused with another of the same length', () => {
    const verbs = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
    const select = 'SELECT a_column FROM item '.repeat(20);
    const texts = verbs.map((verb) => `WITH a AS (${select}) ${verb} b`);
    for (let i = 0; i < 3; i++) expect(texts.map((sql) => type(Buffer.from(sql).toString()))).toEqual(verbs);
  });

  describe('is found without the lexer', () => {
    const reading = jest.spyOn(SqlLexer.prototype, 'next');
    afterAll(() => reading.mockRestore());

    const read = (sql: string) => {
      reading.mockClear();
      return [type(sql), reading.mock.calls.length];
    };

    it.each([
      'select 1',
      '\n    SELECT 1',
      '((SELECT 1) UNION SELECT 2)',
      '/* app:shop */ SELECT 1',
      '; /**/\tSELECT 1',
    ])('for %j', (sql) => expect(read(sql)).toEqual(['SELECT', 0]));

    it.each(['', '\n  ', '/* app:shop */ '])('for a cached WITH statement after %j', (start) => {
      const sql = `${start}WITH a AS (SELECT 1) DELETE FROM t`;
      expect(read(sql)).toEqual(['DELETE', expect.any(Number)]);
      expect(read(sql)).toEqual(['DELETE', 0]);
    });
  });

  it('of a WITH statement too long for the cache is right as well', () => {
    const list = 'a_column, '.repeat(2000);
    for (const verb of ['UPDATE', 'DELETE']) expect(type(`WITH a AS (SELECT ${list}1) ${verb} b`)).toBe(verb);
  });

  it('of an incomplete WITH statement is OTHER', () => {
    expect(type('WITH a AS (SELECT 1')).toBe('OTHER');
    expect(type('WITH')).toBe('OTHER');
  });
});
