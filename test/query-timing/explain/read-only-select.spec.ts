import type { ParameterKind } from '../../../src/query-timing/explain/parameter-kinds';
import { kindsOf } from '../../../src/query-timing/explain/parameter-kinds';
import { neutralEdits } from '../../../src/query-timing/explain/mysql/neutral-values';
import { edited, readOnlyEdits } from '../../../src/query-timing/explain/mysql/read-only-select';
import { tablesOf } from '../../../src/query-timing/explain/mysql/tables';
import { tokensOf } from '../../../src/query-timing/explain/mysql/tokens';

function planned(sql: string, kinds: readonly ParameterKind[] = [], pairs = false): string | undefined {
  const tokens = tokensOf(sql)!;
  const edits = readOnlyEdits(tokens, sql.length);
  return edits && edited(sql, [...edits, ...neutralEdits(tokens, kinds, { pairs })]).trim();
}

describe('what is planned', () => {
  it.each([
    ['SELECT a FROM t', 'SELECT a FROM t'],
    ['SELECT a FROM t WHERE b = 1 FOR UPDATE SKIP LOCKED', 'SELECT a FROM t WHERE b = 1'],
    ['SELECT a FROM t USE INDEX FOR ORDER BY (x) LOCK IN SHARE MODE', 'SELECT a FROM t USE INDEX FOR ORDER BY (x)'],
    ['(SELECT a FROM t) UNION (SELECT 1)', '(SELECT a FROM t) UNION (SELECT 1)'],
    ['WITH c AS (SELECT 1) SELECT * FROM c', 'WITH c AS (SELECT 1) SELECT * FROM c'],
    [
      'update low_priority t set a = 1, b = (select 2) where c = 3 order by d limit 4',
      'SELECT * FROM t where c = 3 order by d limit 4',
    ],
    ['UPDATE t JOIN u ON t.a = u.a SET t.b = u.b', 'SELECT * FROM t JOIN u ON t.a = u.a'],
    ['DELETE QUICK FROM t WHERE a = 1 RETURNING b', 'SELECT * FROM t WHERE a = 1'],
    ['DELETE t FROM t JOIN u USING (a)', 'SELECT * FROM t JOIN u USING (a)'],
    ['DELETE FROM t USING t, u WHERE t.a = u.a', 'SELECT * FROM t, u WHERE t.a = u.a'],
    [
      'INSERT INTO t (a) SELECT value FROM u WHERE b = 1 ON DUPLICATE KEY UPDATE a = 2',
      'SELECT value FROM u WHERE b = 1',
    ],
    ['REPLACE t SELECT a FROM u JOIN v ON u.a = v.a RETURNING b', 'SELECT a FROM u JOIN v ON u.a = v.a'],
    ['UPDATE `set` SET `where` = 1 WHERE `returning` = 2', 'SELECT * FROM `set` WHERE `returning` = 2'],
  ])('of %s is %s', (sql, text) => {
    expect(planned(sql)).toBe(text);
  });

  it.each([
    'INSERT INTO t (a) VALUES (1)',
    'INSERT INTO t SET a = 1',
    'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = (SELECT 2)',
    'WITH c AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM c)',
    'CALL p(1)',
    'SET a = 1',
    'TRUNCATE t',
    "LOAD DATA INFILE 'x' INTO TABLE t",
  ])('of %s is nothing', (sql) => {
    expect(planned(sql)).toBeUndefined();
  });
});

describe('a placeholder', () => {
  it('becomes a neutral value of the kind of its parameter', () => {
    const kinds = kindsOf([7, 7n, true, new Date(), Buffer.from('secret'), ['a', 'b'], [1], null, {}]);
    expect(kinds).toEqual(['number', 'number', 'boolean', 'time', 'binary', 'text', 'number', 'text', 'text']);
    expect(planned('SELECT ?, ?, ?, ?, ? FROM t WHERE a IN (?)', kinds)).toBe(
      "SELECT 1, 1, TRUE, '2000-01-01 00:00:00', X'00' FROM t WHERE a IN ('20000101')",
    );
  });

  it('of an UPDATE counts although it is left out', () => {
    expect(planned('UPDATE t SET a = ?, b = ? WHERE c = ?', ['text', 'text', 'number'])).toBe(
      'SELECT * FROM t WHERE c = 1',
    );
  });

  it('after LIMIT and OFFSET is a number', () => {
    expect(planned('SELECT a FROM t WHERE b = ? LIMIT ?, ?')).toBe(
      "SELECT a FROM t WHERE b = '20000101' LIMIT 100, 100",
    );
    expect(planned('SELECT a FROM t LIMIT ? OFFSET ?')).toBe('SELECT a FROM t LIMIT 100 OFFSET 100');
  });

  it('at the end of a range is larger than at its start, so that the range is not empty', () => {
    expect(
      planned('SELECT a FROM t WHERE b >= ? AND b < ? AND c BETWEEN ? AND ? AND d <= ?', ['number', 'number']),
    ).toBe("SELECT a FROM t WHERE b >= 1 AND b < 2 AND c BETWEEN '20000101' AND '20000102' AND d <= '20000102'");
  });

  it('that is compared with = becomes two values where one would be a key that no row has', () => {
    expect(planned('SELECT a FROM t WHERE b = ? AND c >= ? AND d <=> ? AND e != ? LIMIT ?', [], true)).toBe(
      "SELECT a FROM t WHERE b  IN ('20000101', '20000102') AND c >= '20000101' AND d <=> '20000101' AND e != '20000101' LIMIT 100",
    );
  });

  it('in a string, a name or a comment stays', () => {
    expect(planned('SELECT \'?\', `?`, "?" /* ? */ FROM t WHERE a = ? -- ?', ['number'])).toBe(
      'SELECT \'?\', `?`, "?" /* ? */ FROM t WHERE a = 1 -- ?',
    );
  });
});

it('is undefined for a text that has a backslash and two readings', () => {
  expect(tokensOf("SELECT 'a\\' ? '")).toBeUndefined();
  expect(tokensOf("SELECT 'a\\b' ? ")).toBeDefined();
});

it('finds the tables by the names that the statement gives them', () => {
  const sql =
    'SELECT 1 FROM books `b` JOIN x.authors AS a ON a.id = b.id, (SELECT 1 FROM log) l, digits, `o t` t WHERE 1 IN (SELECT 1 FROM y)';
  const tables = [...tablesOf(tokensOf(sql)!)].map(([alias, { schema, name }]) => [alias, schema, name]);
  expect(tables).toEqual([
    ['b', undefined, 'books'],
    ['a', 'x', 'authors'],
    ['log', undefined, 'log'],
    ['y', undefined, 'y'],
  ]);
});
