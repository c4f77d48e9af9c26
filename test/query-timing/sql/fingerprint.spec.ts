import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { fingerprintOf } from '../../../src/query-timing/sql/fingerprint';

const fingerprintOn = (driver: string) => (sql: string) => fingerprintOf(sql, dialectOf(driver));
const onPostgres = fingerprintOn('postgres');
const onMysql = fingerprintOn('mariadb');
const onSqlite = fingerprintOn('sqljs');
const onOracle = fingerprintOn('oracle');
const onSqlServer = fingerprintOn('mssql');
const onSpanner = fingerprintOn('spanner');

const numbered = (count: number, first = 1) => Array.from({ length: count }, (_, i) => `$${first + i}`).join(', ');

describe('a fingerprint', () => {
  it('replaces each literal by a question mark and keeps placeholders', () => {
    expect(onPostgres("SELECT 'a', 1, 1.5e-3, .5, 0x1F, B'01', X'ff', true, $1 FROM t1 WHERE c2 = -7")).toBe(
      'SELECT ?, ?, ?, ?, ?, ?, ?, ?, $1 FROM t1 WHERE c2 = ?',
    );
    expect(onMysql('SELECT * FROM `t1` WHERE a = ? AND b = 2')).toBe('SELECT * FROM `t1` WHERE a = ? AND b = ?');
    expect(onPostgres('SELECT 1_000, 0b11, 0o17, 0x_1f')).toBe('SELECT ?, ?, ?, ?');
  });

  it.each([
    ['postgres', 'SELECT a FROM t WHERE b = $1 AND c = $2 LIMIT $3'],
    ['sqljs', 'SELECT a FROM t WHERE b = $b AND c = :c AND d = @d AND e = ?1'],
    ['mssql', 'SELECT a FROM t WHERE b = @0 AND c = @p1'],
    ['oracle', 'SELECT a FROM t WHERE b = :1 AND c = :name'],
    ['spanner', 'SELECT a FROM `t` WHERE b = @param0'],
  ])('on %s shows a statement without literals as it was sent', (driver, sql) => {
    expect(fingerprintOn(driver)(sql)).toBe(sql);
  });

  it('is the same for all values of one statement', () => {
    const statement = (id: number, name: string) => `SELECT * FROM "order" WHERE id=${id} AND name='${name}'`;
    expect(onPostgres(statement(1, 'x'))).toBe(onPostgres(statement(20_000, "O''Neill; DROP TABLE")));
  });

  it('removes comments and reduces white space to one space', () => {
    expect(onPostgres('SELECT /* who */ a,\n\n   b -- why\nFROM t /* nested /* once */ still */ WHERE  a=1')).toBe(
      'SELECT a, b FROM t WHERE a=?',
    );
    expect(onMysql('SELECT 1 # secret\n FROM t -- secret\n WHERE 5--3')).toBe('SELECT ? FROM t WHERE ?-?');
    expect(onMysql('SELECT /*+ MAX_EXECUTION_TIME(9) */ /*!50000 SQL_NO_CACHE */ a')).toBe('SELECT a');
  });

  it('is the same whatever the signs of literals are', () => {
    for (const list of ['1, 2', '-1, 2', '1,-2,3', '- 1, +2, -.5']) {
      expect(onPostgres(`SELECT a FROM t WHERE b IN (${list})`)).toBe('SELECT a FROM t WHERE b IN (?)');
    }
    for (const range of ['1 AND 2', '-1 AND 2', '1 AND -2', '- 1 AND +2']) {
      expect(onMysql(`SELECT a FROM t WHERE b BETWEEN ${range} LIMIT 5`)).toBe(
        'SELECT a FROM t WHERE b BETWEEN ? AND ? LIMIT ?',
      );
    }
    expect(onPostgres('SELECT CASE WHEN a THEN -1 ELSE +1 END, a=-1')).toBe(
      'SELECT CASE WHEN a THEN ? ELSE ? END, a=?',
    );
  });

  it('keeps the operators minus and plus, however they are spaced', () => {
    for (const sql of ['SELECT a - 1, b + 2', 'SELECT a -1, b +2', 'SELECT a-1, b+2']) {
      expect(onPostgres(sql)).toBe('SELECT a - ?, b + ?');
    }
    expect(onPostgres('SELECT a - $1, -$2, f(a) - b')).toBe('SELECT a - $1, -$2, f(a) - b');
    expect(onPostgres("SELECT a #- '{x}', a <-> '(1,2)', a->-1, a->>'b', a @- 5")).toBe(
      'SELECT a #- ?, a <-> ?, a->?, a->>?, a @- ?',
    );
  });

  it('is the same for an IN list of any length', () => {
    const expected = 'SELECT a FROM t WHERE a IN (?)';
    expect(onPostgres('SELECT a FROM t WHERE a IN (1)')).toBe(expected);
    expect(onPostgres("SELECT a FROM t WHERE a IN ( 1,2 , 'three',$4)")).toBe(expected);
    expect(onPostgres('SELECT a FROM t WHERE a IN (1, NULL, 2)')).toBe(expected);
    expect(onPostgres('SELECT a FROM t WHERE a IN ($1::uuid, $2::uuid)')).toBe('SELECT a FROM t WHERE a IN ($1::uuid)');
    expect(onPostgres('SELECT a FROM t WHERE (a, b) IN ((1, 2), (3, NULL), (5, 6))')).toMatch(/IN \(\(\?, \?\)/);
    expect(onSqlite('SELECT a FROM t WHERE a IN (:id0, :id1, :id2)')).toBe('SELECT a FROM t WHERE a IN (:id0)');
  });

  it.each([
    ['a list of rows', ['(1, 2)', '(3, NULL)', '(NULL, 4)', '(5, 6)'], (rows: string) => `SELECT (a, b) IN (${rows})`],
    [
      'cases',
      ['WHEN 1 THEN 2', 'WHEN 2 THEN NULL', 'WHEN 3 THEN 4'],
      (cases: string) => `SELECT CASE a ${cases.replaceAll(',', '')} END`,
    ],
    [
      'unions',
      ['SELECT 1, 2', 'SELECT NULL, 2', 'SELECT 1, NULL'],
      (selects: string) => selects.replaceAll(', SELECT', ' UNION ALL SELECT'),
    ],
    [
      'equal conditions',
      ['f(a, 1)', 'f(a, NULL)', 'f(a, 2)'],
      (terms: string) => `SELECT 1 WHERE ${terms.replaceAll('), f', ') OR f')}`,
    ],
  ])('is the same whichever of the later ones have NULL in %s', (_, elements, statement) => {
    const [first, ...later] = elements;
    const all = [[first], [first, ...later], [first, ...later.reverse()], [first, first, ...later, first]];
    expect(new Set(all.map((list) => onPostgres(statement(list.join(', '))))).size).toBe(1);
  });

  it('continues the numbers of placeholders after a list, as if it had one element', () => {
    const statement = (length: number) =>
      `SELECT a FROM t WHERE b = $1 AND c IN (${numbered(length, 2)}) AND d = $${length + 2} LIMIT $${length + 3}`;
    expect(onPostgres(statement(1))).toBe(statement(1));
    for (const length of [2, 3, 1200, 1300, 5000, 65_000]) expect(onPostgres(statement(length))).toBe(statement(1));
    expect(onSqlServer('SELECT a FROM t WHERE a IN (@0, @1, @2) AND b = @3')).toBe(
      'SELECT a FROM t WHERE a IN (@0) AND b = @1',
    );
    expect(onOracle('SELECT a FROM t WHERE a IN (:1, :2) AND b = :3 AND c = :c')).toBe(
      'SELECT a FROM t WHERE a IN (:1) AND b = :2 AND c = :c',
    );
  });

  it('is the same for VALUES with any number of rows, and keeps the columns', () => {
    const expected = 'INSERT INTO t(a, b, c) VALUES ($1, $2, DEFAULT) RETURNING *';
    expect(onPostgres('INSERT INTO t(a, b, c) VALUES ($1, $2, DEFAULT) RETURNING *')).toBe(expected);
    expect(onPostgres('INSERT INTO t(a,b,c) VALUES ($1,$2,DEFAULT), ($3, DEFAULT, f(($4))) RETURNING *')).toBe(
      expected,
    );
    expect(onPostgres("INSERT INTO t(a,b) VALUES ('(', 1), (')', 2),('a', f((4))) RETURNING *")).toBe(
      'INSERT INTO t(a, b) VALUES (?, ?) RETURNING *',
    );
    expect(onMysql('INSERT INTO t VALUES ROW(1, 2), ROW(3, 4)')).toBe('INSERT INTO t VALUES ROW(?, ?)');
    expect(onPostgres('INSERT INTO t VALUES ($1,$2),($3,$4),($5,$6) ON CONFLICT DO UPDATE SET a = $7')).toBe(
      'INSERT INTO t VALUES ($1, $2) ON CONFLICT DO UPDATE SET a = $3',
    );
  });

  it('keeps what follows a VALUES list', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `(${i}, 'it''s', -1)`);
    for (const list of ["(1, 'a', 2)", rows.join(','), rows.join(', /* ) */ ')]) {
      expect(onMysql(`INSERT INTO t VALUES ${list} ON DUPLICATE KEY UPDATE a=VALUES(a), b=VALUES(b)`)).toBe(
        'INSERT INTO t VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE a=VALUES(a), b=VALUES(b)',
      );
    }
  });

  it.each([
    ['arrays', "SELECT ARRAY['a', 'b', NULL], a[1]", 'SELECT ARRAY[?], a[?]'],
    ['arguments of a function that takes any number', 'SELECT FIELD(a, 3, 1, 2)', 'SELECT FIELD(a, ?)'],
    [
      'the keys of several rows, as TypeORM writes them',
      'SELECT a FROM t WHERE ((a = $1 AND b = $2) OR (a = $3 AND b = $4) OR (a = $5 AND b = $6)) AND c = $7',
      'SELECT a FROM t WHERE ((a = $1 AND b = $2)) AND c = $3',
    ],
    [
      'equal conditions',
      'SELECT a FROM t WHERE a = 1 OR a = 2 OR a = 3 LIMIT 1',
      'SELECT a FROM t WHERE a = ? LIMIT ?',
    ],
    [
      'equal cases',
      'UPDATE t SET a = CASE b WHEN 1 THEN $1 WHEN 2 THEN $2 WHEN 3 THEN $3 ELSE a END WHERE c = $4',
      'UPDATE t SET a = CASE b WHEN ? THEN $1 ELSE a END WHERE c = $2',
    ],
    ['equal unions', 'SELECT 1, 2 UNION ALL SELECT 3, 4 UNION ALL SELECT 5, 6 ORDER BY 1', 'SELECT ?, ? ORDER BY ?'],
  ])('is the same for any number of %s', (_, sql, expected) => {
    expect(onPostgres(sql)).toBe(expected);
  });

  it('keeps lists of columns, and the arguments of functions', () => {
    expect(onPostgres('SELECT count(a, a), coalesce(a, b) FROM t')).toBe('SELECT count(a, a), coalesce(a, b) FROM t');
    expect(onPostgres('SELECT substring(a, $1, $2), round(a, 1)')).toBe('SELECT substring(a, $1, $2), round(a, ?)');
    expect(onPostgres('SELECT 1 EXCEPT SELECT 1')).toBe('SELECT ? EXCEPT SELECT ?');
  });

  it('keeps IS TRUE and IS NOT FALSE, which are not values', () => {
    expect(onPostgres('SELECT a FROM t WHERE a IS TRUE AND b IS NOT FALSE AND c = FALSE')).toBe(
      'SELECT a FROM t WHERE a IS TRUE AND b IS NOT FALSE AND c = ?',
    );
  });

  it.each([
    ['SAVEPOINT typeorm_1', 'SAVEPOINT ?'],
    ['RELEASE SAVEPOINT "s 1"', 'RELEASE SAVEPOINT ?'],
    ['ROLLBACK /* x */ TO SAVEPOINT s', 'ROLLBACK TO SAVEPOINT ?'],
    ['ROLLBACK WORK AND CHAIN', 'ROLLBACK WORK AND CHAIN'],
    ['DECLARE c_1 CURSOR FOR SELECT a FROM t WHERE b = $1', 'DECLARE ? CURSOR FOR SELECT a FROM t WHERE b = $1'],
    ['FETCH FORWARD 10 FROM c_1', 'FETCH FORWARD ? FROM ?'],
    ['MOVE ALL IN c_1', 'MOVE ALL IN ?'],
    ['CLOSE c_1', 'CLOSE ?'],
    ['CLOSE ALL', 'CLOSE ALL'],
    ['UPDATE t SET a = 1 WHERE CURRENT OF c_1', 'UPDATE t SET a = ? WHERE CURRENT OF ?'],
    ['PREPARE p_1 (int) AS SELECT a FROM t WHERE b = $1', 'PREPARE ? (int) AS SELECT a FROM t WHERE b = $1'],
    ['EXECUTE p_1(1, 2)', 'EXECUTE ?(?, ?)'],
    ['DEALLOCATE PREPARE p_1', 'DEALLOCATE PREPARE ?'],
    ['LISTEN channel_1', 'LISTEN ?'],
    ["NOTIFY channel_1, 'secret'", 'NOTIFY ?, ?'],
    ['UNLISTEN *', 'UNLISTEN *'],
    ["PREPARE TRANSACTION 'secret'", 'PREPARE TRANSACTION ?'],
    ['SET search_path TO tenant_1, public', 'SET search_path TO ?'],
    ['SET LOCAL statement_timeout = 500', 'SET LOCAL statement_timeout = ?'],
    ['SET ROLE tenant_1', 'SET ROLE ?'],
    ['ALTER ROLE a SET search_path = tenant_1', 'ALTER ROLE a SET search_path = ?'],
    ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'],
    ['BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED', 'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED'],
    ['SELECT 1; SAVEPOINT a; SELECT b', 'SELECT ?; SAVEPOINT ?; SELECT b'],
    ['ALTER FUNCTION f(int) SET search_path = tenant_1', 'ALTER FUNCTION f(int) SET search_path = ?'],
    ['EXPLAIN (ANALYZE, BUFFERS) EXECUTE p_1(1)', 'EXPLAIN (ANALYZE, BUFFERS) EXECUTE ?(?)'],
    ['EXPLAIN DECLARE c_1 CURSOR FOR SELECT a', 'EXPLAIN DECLARE ? CURSOR FOR SELECT a'],
    ['CREATE TABLE t AS EXECUTE p_1(1)', 'CREATE TABLE t AS EXECUTE ?(?)'],
  ])('hides the names that an application makes up: %s', (sql, expected) => {
    expect(onPostgres(sql)).toBe(expected);
    expect(onPostgres(expected)).toBe(expected);
  });

  it.each([
    ["XA START 'secret', 'secret'", 'XA START ?, ?'],
    ['SET @a = 5, @b = c', 'SET @a = ?, @b = ?'],
    ['SET STATEMENT max_statement_time = 1 FOR SELECT a', 'SET STATEMENT max_statement_time = ? FOR SELECT a'],
    ["PREPARE p_1 FROM 'SELECT 1'", 'PREPARE ? FROM ?'],
    ['EXECUTE p_1 USING @a', 'EXECUTE ? USING @a'],
    ['USE tenant_1', 'USE ?'],
    ["CREATE USER a IDENTIFIED BY 'secret'", 'CREATE USER a IDENTIFIED BY ?'],
  ])('hides the names that an application makes up on MySQL: %s', (sql, expected) => {
    expect(onMysql(sql)).toBe(expected);
    expect(onMysql(expected)).toBe(expected);
  });

  it.each([
    ["ATTACH DATABASE '/data/secret.db' AS tenant_1", 'ATTACH DATABASE ? AS ?'],
    ['ATTACH ? AS "tenant 1"', 'ATTACH ? AS ?'],
    ['DETACH DATABASE tenant_1', 'DETACH DATABASE ?'],
    ['DETACH tenant_1', 'DETACH ?'],
  ])('hides the names that an application makes up on SQLite: %s', (sql, expected) => {
    expect(onSqlite(sql)).toBe(expected);
    expect(onSqlite(expected)).toBe(expected);
  });

  it('hides them on SQL Server and Oracle, but not the names of procedures', () => {
    expect(onSqlServer('SAVE TRANSACTION s_1')).toBe('SAVE TRANSACTION ?');
    expect(onSqlServer('EXEC a_procedure @p = 1')).toBe('EXEC a_procedure @p = ?');
    expect(onSqlServer('DECLARE @x int = 5')).toBe('DECLARE @x int = ?');
    expect(onOracle('ALTER USER a IDENTIFIED BY secret REPLACE "secret"')).toBe(
      'ALTER USER a IDENTIFIED BY ? REPLACE ?',
    );
    expect(onOracle('GRANT CONNECT TO a, b IDENTIFIED BY secret, secret')).toBe(
      'GRANT CONNECT TO a, b IDENTIFIED BY ?, ?',
    );
  });

  it.each([
    ['EXEC a_procedure secret, @p = secret, "secret"', 'EXEC a_procedure ?, @p = ?, ?'],
    ['EXECUTE @result = dbo.a_procedure secret OUTPUT', 'EXECUTE @result = dbo.a_procedure ? OUTPUT'],
    ['EXEC [dbo].[a_procedure] [secret], DEFAULT, NULL', 'EXEC [dbo].[a_procedure] ?, DEFAULT, NULL'],
    ['EXEC a_procedure secret WITH RECOMPILE; SELECT a', 'EXEC a_procedure ? WITH RECOMPILE; SELECT a'],
  ])('hides the words that SQL Server takes for texts: %s', (sql, expected) => {
    expect(onSqlServer(sql)).toBe(expected);
    expect(onSqlServer(expected)).toBe(expected);
  });

  describe('shows no literal', () => {
    it.each([
      ['doubled quotes', "SELECT 'it''s secret', a"],
      ['a backslash, which PostgreSQL takes as it is', "SELECT 'secret\\', a"],
      ['a backslash, which old settings take for an escape', "SELECT 'it\\'s secret', a"],
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
      ['a backslash without escapes', "SELECT 'secret\\', a"],
      ['a string in double quotes', 'SELECT "it\'s \\" secret", a'],
      ['a doubled double quote', 'SELECT "a "" secret", a'],
    ])('on MySQL with %s', (_, sql) => {
      expect(onMysql(sql)).toBe('SELECT ?, a');
    });

    it('on MySQL where the settings decide what is a literal: the rest is hidden', () => {
      expect(onMysql("SELECT a, 'x\\'secret','y\\'secret' FROM t")).toBe('SELECT a, …');
      expect(onMysql("SELECT a /*! 'x*/' */, secret")).toBe('SELECT a …');
    });

    it('where nothing is certain from the first word on', () => {
      expect(onMysql("'\\'secret\\'' + a")).toBe('…');
      expect(onMysql("SELECT'x\\'+a+'+secret+'\\'+b+'")).toBe('…');
    });

    it('on SQLite in double quotes where it may be a value', () => {
      for (const value of ['"alice@example.com"', '"alice"']) {
        expect(onSqlite(`SELECT * FROM users WHERE email = ${value}`)).toBe('SELECT * FROM users WHERE email = ?');
        expect(onSqlite(`INSERT INTO users VALUES (${value})`)).toBe('INSERT INTO users VALUES (?)');
        expect(onSqlite(`UPDATE users SET name = ${value} WHERE "id" = ?`)).toBe(
          'UPDATE users SET name = ? WHERE "id" = ?',
        );
      }
    });

    it('on Oracle in alternative quotes', () => {
      expect(onOracle("SELECT q'[it's secret]', Q'{it's}', nq'!it's!', a FROM t")).toBe('SELECT ?, ?, ?, a FROM t');
    });

    it('on SQL Server in amounts of money, on Spanner in triple quotes', () => {
      expect(onSqlServer('SELECT $12.50, €12, a')).toBe('SELECT ?, ?, a');
      expect(onSpanner("SELECT '''it's secret''', \"secret\", a # secret")).toBe('SELECT ?, ?, a');
    });

    it('in the data of COPY, also without a semicolon in front of it', () => {
      expect(onPostgres('COPY t FROM STDIN;\n1\tsecret\n\\.')).toBe('COPY t FROM STDIN; …');
      expect(onPostgres('COPY t FROM STDIN\n1\tsecret\t"secret"\n')).toBe('COPY t FROM STDIN ? ? ?');
      expect(onPostgres("COPY t FROM STDIN WITH (FORMAT csv, HEADER) WHERE a = 'secret'")).toBe(
        'COPY t FROM STDIN WITH (FORMAT csv, HEADER) WHERE a = ?',
      );
    });

    it.each([
      ['sap', 'CREATE USER a PASSWORD secret', 'CREATE USER a PASSWORD ?'],
      ['sap', 'ALTER USER a PASSWORD "secret"', 'ALTER USER a PASSWORD ?'],
      ['sap', 'CONNECT a PASSWORD secret', 'CONNECT a PASSWORD ?'],
      ['mysql', 'ALTER USER a PASSWORD EXPIRE', 'ALTER USER a PASSWORD EXPIRE'],
      ['postgres', 'CREATE TABLE t (password text)', 'CREATE TABLE t (password text)'],
      ['sqljs', 'PRAGMA key(secret)', 'PRAGMA key(?)'],
      ['sqljs', 'PRAGMA rekey = secret', 'PRAGMA rekey = ?'],
      ['sqljs', 'PRAGMA foreign_key_list("t")', 'PRAGMA foreign_key_list("t")'],
      ['sqljs', 'VACUUM INTO "secret"', 'VACUUM INTO ?'],
    ])('on %s where a secret needs no quotes or has those of a name: %s', (driver, sql, expected) => {
      expect(fingerprintOn(driver)(sql)).toBe(expected);
    });

    it.each([
      ['an apostrophe', "SELECT a FROM t WHERE b = 'it's' AND c = 'secret'", 'SELECT a FROM t WHERE b = …'],
      ['one in front of a space', "SELECT a FROM t WHERE b = 'the boys' secret'", 'SELECT a FROM t WHERE b = …'],
      [
        'two of them',
        "SELECT a FROM t WHERE b = 'it's' AND c = 'secret' AND d = 'it's'",
        'SELECT a FROM t WHERE b = …',
      ],
      ['one in a list', "SELECT a FROM t WHERE b IN (1, 'x', 'it's', 'secret')", 'SELECT a FROM t WHERE b IN (?, …'],
      [
        'one in a later row',
        "INSERT INTO t VALUES (1, 'x'), (2, 'it's'), (3, 'a) secret') RETURNING a",
        'INSERT INTO t VALUES (?, …',
      ],
      [
        'one in a later row, after a row without texts',
        "INSERT INTO t VALUES (1), ('it's'), ('a) secret') RETURNING a",
        'INSERT INTO t VALUES (?) …',
      ],
      [
        'two of them in later rows',
        "INSERT INTO t VALUES (1), ('it's'), ('a) secret'), (' - it's') RETURNING a",
        'INSERT INTO t VALUES (?) …',
      ],
      ['one in a setting', "SET a.b = 'it's secret'; SELECT secret, 'x'", 'SET a.b = …'],
      ['a name that is not closed', `SELECT a, "b FROM t WHERE c = 'secret'`, 'SELECT a, ?'],
      ['names of which one is not closed', `SELECT a, "b" FROM t WHERE c = 5 AND d" = 'secret'`, 'SELECT a, …'],
    ])('when quotes do not match because of %s', (_, sql, expected) => {
      expect(onPostgres(sql)).toBe(expected);
    });

    it('when the quotes of another dialect do not match', () => {
      expect(onMysql('SELECT `a` FROM t WHERE b = "it"s" AND c = "secret"')).toBe('SELECT `a` FROM t WHERE b = …');
      expect(onMysql("SELECT `a FROM t WHERE b = 'secret'")).toBe('SELECT ?');
      expect(onSqlServer("SELECT [a FROM t WHERE b = 'secret'")).toBe('SELECT ?');
      expect(onSqlite(`SELECT "t"."a" FROM "t" WHERE "t"."b" = 'it's' AND "c" = 'secret'`)).toBe(
        'SELECT "t"."a" FROM "t" WHERE "t"."b" = …',
      );
    });

    it.each(['postgres', 'oracle', 'mssql'])('on %s after a backtick, which is no quote there', (driver) => {
      expect(fingerprintOn(driver)("SELECT ` FROM t WHERE a = 'secret'")).toBe('SELECT ` FROM t WHERE a = ?');
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
    expect(onSqlite("SELECT [it's 1] FROM t WHERE a = 'x'")).toBe("SELECT [it's 1] FROM t WHERE a = ?");
    expect(onSqlServer("SELECT [a]]b'1] FROM t WHERE a = @0")).toBe("SELECT [a]]b'1] FROM t WHERE a = @0");
  });

  it('is cut for a long statement and ends in an ellipsis', () => {
    const long = `SELECT a FROM t WHERE ${Array.from({ length: 2000 }, (_, i) => `c${i} = 'secret'`).join(' OR ')}`;
    const fingerprint = onPostgres(long);
    expect(fingerprint.length).toBeLessThan(8300);
    expect(fingerprint).toMatch(/…$/);
    expect(fingerprint).not.toContain('secret');
  });

  it('is whole where a word follows a literal directly', () => {
    expect(onPostgres("SELECT 'a'AS b FROM t WHERE c='d'AND e='f'OR g")).toBe(
      'SELECT ?AS b FROM t WHERE c=?AND e=?OR g',
    );
  });

  it('accepts brackets that do not match', () => {
    expect(onPostgres(') ] SELECT ((1, 1')).toBe(')] SELECT ((?, ?');
  });
});
