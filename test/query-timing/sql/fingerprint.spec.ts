import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { fingerprintOf } from '../../../src/query-timing/sql/fingerprint';

const fingerprintOn = (driver: string) => (sql: string) => fingerprintOf(sql, dialectOf(driver));
const onPostgres = fingerprintOn('postgres');
const onMysql = fingerprintOn('mariadb');
const onSqlite = fingerprintOn('sqljs');
const onOracle = fingerprintOn('oracle');
const onSqlServer = fingerprintOn('mssql');

describe('a fingerprint', () => {
  it('replaces each literal and placeholder by a question mark', () => {
    expect(onPostgres("SELECT 'a', 1, 1.5e-3, .5, 0x1F, B'01', X'ff', true, $1 FROM t1 WHERE c2 = -7")).toBe(
      'SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? FROM t1 WHERE c2 = -?',
    );
    expect(onMysql('SELECT * FROM `t1` WHERE a = ? AND b = 2')).toBe('SELECT * FROM `t1` WHERE a = ? AND b = ?');
  });

  it('is the same for all values of one statement', () => {
    const statement = (id: number, name: string) => `SELECT * FROM "order" WHERE id=${id} AND name='${name}'`;
    expect(onPostgres(statement(1, 'x'))).toBe(onPostgres(statement(20_000, "O''Neill; DROP TABLE")));
  });

  it('removes comments and reduces white space to one space', () => {
    expect(onPostgres('SELECT /* who */ a,\n\n   b -- why\nFROM t /* nested /* once */ still */ WHERE  a=1')).toBe(
      'SELECT a, b FROM t WHERE a=?',
    );
    expect(onMysql('SELECT 1 # secret\n FROM t -- secret\n WHERE 5--3')).toBe('SELECT ? FROM t WHERE ?--?');
  });

  it('is the same for an IN list of any length', () => {
    const expected = 'SELECT a FROM t WHERE a IN (?)';
    expect(onPostgres('SELECT a FROM t WHERE a IN (1)')).toBe(expected);
    expect(onPostgres("SELECT a FROM t WHERE a IN ( 1,2 , 'three',$4)")).toBe(expected);
    expect(onPostgres('SELECT a FROM t WHERE a IN ($1::uuid, $2::uuid)')).toBe('SELECT a FROM t WHERE a IN (?::uuid)');
  });

  it('is the same for VALUES with any number of rows', () => {
    const expected = 'INSERT INTO t(a, b, c) VALUES (?, DEFAULT) RETURNING *';
    expect(onPostgres('INSERT INTO t(a, b, c) VALUES ($1, $2, DEFAULT) RETURNING *')).toBe(expected);
    expect(
      onPostgres("INSERT INTO t(a,b,c) VALUES ('(',1,DEFAULT), (2, DEFAULT, now()),(')', 3, f((4))) RETURNING *"),
    ).toBe(expected);
    expect(onMysql('INSERT INTO t VALUES ROW(1, 2), ROW(3, 4)')).toBe('INSERT INTO t VALUES ROW(?)');
  });

  it('keeps what follows a VALUES list', () => {
    expect(onMysql('INSERT INTO t VALUES (1),(2) ON DUPLICATE KEY UPDATE a=VALUES(a), b=VALUES(b)')).toBe(
      'INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a=VALUES(a), b=VALUES(b)',
    );
  });

  it('is the same for an array of any length', () => {
    expect(onPostgres("SELECT ARRAY['a', 'b', 'c'], a[1]")).toBe('SELECT ARRAY[?], a[?]');
  });

  it('keeps lists of columns', () => {
    expect(onPostgres('SELECT count(a, a), coalesce(a, b) FROM t')).toBe('SELECT count(a, a), coalesce(a, b) FROM t');
  });

  it('keeps IS TRUE and IS NOT FALSE, which are not values', () => {
    expect(onPostgres('SELECT a FROM t WHERE a IS TRUE AND b IS NOT FALSE AND c = FALSE')).toBe(
      'SELECT a FROM t WHERE a IS TRUE AND b IS NOT FALSE AND c = ?',
    );
  });

  describe('shows no literal', () => {
    it.each([
      ['doubled quotes', "SELECT 'it''s secret', a"],
      ['a backslash, which PostgreSQL takes as it is', "SELECT 'secret\\', a"],
      ['an E-string', "SELECT E'it\\'s secret', a"],
      ['an E-string continued on the next line', "SELECT E'one'\n  'it\\'s secret', a"],
      ['an E-string continued after a comment', "SELECT E'one' -- more\n'it\\'s secret', a"],
      ['a dollar-quoted string', "SELECT $$it's secret$$, a"],
      ['a tagged dollar-quoted string', 'SELECT $tag$ $$ secret $other$ $tag$, a'],
      ['a Unicode string', "SELECT U&'secret \\0041', a"],
      ['a number with letters', 'SELECT 12secret, a'],
    ])('on PostgreSQL with %s', (_, sql) => {
      expect(onPostgres(sql)).toBe('SELECT ?, a');
    });

    it.each([
      ['an escaped quote', "SELECT 'it\\'s secret', a"],
      ['a string in double quotes', 'SELECT "it\'s \\" secret", a'],
      ['a doubled double quote', 'SELECT "a "" secret", a'],
    ])('on MySQL with %s', (_, sql) => {
      expect(onMysql(sql)).toBe('SELECT ?, a');
    });

    it('on Oracle in alternative quotes', () => {
      expect(onOracle("SELECT q'[it's secret]', Q'{it's}', nq'!it's!', a FROM t")).toBe('SELECT ?, ?, ?, a FROM t');
    });

    it('when a string is not closed', () => {
      expect(onPostgres("SELECT a, 'secret")).toBe('SELECT a, ?');
      expect(onPostgres('SELECT a, $x$ secret')).toBe('SELECT a, ?');
      expect(onPostgres('SELECT a /* secret')).toBe('SELECT a');
    });
  });

  it('keeps identifiers with any kind of quotes', () => {
    expect(onPostgres('SELECT "it\'s ""1""", a$1, ünïcode FROM "order"')).toBe(
      'SELECT "it\'s ""1""", a$1, ünïcode FROM "order"',
    );
    expect(onMysql("SELECT `it's ``1``` FROM `order`")).toBe("SELECT `it's ``1``` FROM `order`");
    expect(onSqlite("SELECT [it's 1], \"2\" FROM t WHERE a = 'x'")).toBe('SELECT [it\'s 1], "2" FROM t WHERE a = ?');
    expect(onSqlServer("SELECT [a]]b'1] FROM t WHERE a = @0")).toBe("SELECT [a]]b'1] FROM t WHERE a = @?");
  });

  it('is cut for a long statement and ends in an ellipsis', () => {
    const long = `SELECT a FROM t WHERE ${Array.from({ length: 2000 }, (_, i) => `c${i} = 'secret'`).join(' OR ')}`;
    const fingerprint = onPostgres(long);
    expect(fingerprint.length).toBeLessThan(8300);
    expect(fingerprint).toMatch(/…$/);
    expect(fingerprint).not.toContain('secret');
  });

  it('accepts brackets that do not match', () => {
    expect(onPostgres(') ] SELECT ((1, 1')).toBe(')] SELECT ((?');
  });
});
