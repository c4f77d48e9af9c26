import { DataSource } from 'typeorm';
import { errorClassOf, type ErrorClass } from '../../../src/query-timing/sql/error-class';
import { errorDetailsOf } from '../../../src/query-timing/sql/error-details';
import { startMariaDb, type TestMariaDb } from '../support/mariadb';
import { createTestDatabase, type TestDatabase } from '../support/postgres';

let postgres: TestDatabase;
let mariaDb: TestMariaDb;
const dataSources: Record<string, DataSource> = {};
beforeAll(async () => {
  [postgres, mariaDb] = await Promise.all([createTestDatabase(), startMariaDb()]);
  dataSources['postgres'] = await postgres.dataSource().initialize();
  await mariaDb.admin.query("SET GLOBAL sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'");
  dataSources['mariadb'] = await mariaDb.dataSource().initialize();
  dataSources['sqljs'] = await new DataSource({ type: 'sqljs' }).initialize();
}, 180_000);
afterAll(async () => {
  for (const dataSource of Object.values(dataSources)) await dataSource.destroy();
  await Promise.all([postgres.drop(), mariaDb.stop()]);
});

const errorOf = (dataSource: DataSource, sql: string): Promise<unknown> =>
  dataSource.query(sql).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('PostgreSQL, MariaDB and SQLite have the same class for', () => {
  const all = ['postgres', 'mariadb', 'sqljs'];
  const servers = ['postgres', 'mariadb'];
  beforeAll(async () => {
    for (const name of all) {
      await dataSources[name]!.query('CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL CHECK (b > 0))');
      await dataSources[name]!.query('CREATE INDEX t_b ON t (b)');
      await dataSources[name]!.query('CREATE VIEW v AS SELECT a FROM t');
      await dataSources[name]!.query('INSERT INTO t VALUES (1, 1)');
    }
  });

  it.each<[string, string, ErrorClass, string[]]>([
    ['a syntax error', 'SELEC 1', 'syntax', all],
    ['an unknown table', 'SELECT * FROM nowhere', 'syntax', all],
    ['an unknown column', 'SELECT nothing FROM t', 'syntax', all],
    ['an unknown function', 'SELECT nofunction(a) FROM t', 'syntax', all],
    ['an ambiguous column', 'SELECT a FROM t x JOIN t y ON x.a = y.a', 'syntax', all],
    ['a duplicate column', 'CREATE TABLE u (a int, a int)', 'syntax', all],
    ['a column that is added twice', 'ALTER TABLE t ADD COLUMN b int', 'syntax', all],
    ['a duplicate table', 'CREATE TABLE t (a int)', 'syntax', all],
    ['a duplicate view', 'CREATE VIEW v AS SELECT a FROM t', 'syntax', all],
    ['a duplicate index', 'CREATE INDEX t_b ON t (b)', 'syntax', all],
    ['a table to drop that is unknown', 'DROP TABLE nowhere', 'syntax', all],
    ['too many values', 'INSERT INTO t VALUES (2, 2, 2)', 'syntax', all],
    ['unions of different widths', 'SELECT a FROM t UNION SELECT a, b FROM t', 'syntax', all],
    ['an aggregate in WHERE', 'SELECT a FROM t WHERE count(*) > 1', 'syntax', all],
    ['a column that is not grouped', 'SELECT b, count(*) FROM t GROUP BY a + 0', 'syntax', servers],
    ['an alias twice', 'SELECT 1 FROM t x, t x', 'syntax', servers],
    ['an unknown schema', 'CREATE TABLE nowhere.t (a int)', 'syntax', servers],
    ['a unique key', 'INSERT INTO t VALUES (1, 1)', 'unique', all],
    ['a missing value', 'INSERT INTO t (a) VALUES (3)', 'constraint', all],
    ['NULL', 'INSERT INTO t VALUES (3, NULL)', 'constraint', all],
    ['a check', 'INSERT INTO t VALUES (3, -1)', 'constraint', all],
    ['two rows where one may be', 'SELECT (SELECT 1 UNION SELECT 2)', 'other', servers],
  ])('%s: %s is %s', async (_, sql, expected, names) => {
    const seen = [];
    for (const name of names) seen.push([name, errorClassOf(await errorOf(dataSources[name]!, sql))]);
    expect(seen).toEqual(names.map((name) => [name, expected]));
  });
});

describe('on PostgreSQL', () => {
  it.each<[string, ErrorClass]>([
    ['57014', 'timeout'],
    ['25P02', 'transaction_aborted'],
    ['25P04', 'timeout'],
    ['26000', 'prepared_statement'],
    ['28P01', 'permission'],
    ['3D000', 'syntax'],
    ['40001', 'serialization'],
    ['42501', 'permission'],
    ['42P05', 'prepared_statement'],
    ['44000', 'constraint'],
    ['53300', 'connection'],
    ['55P03', 'lock_timeout'],
    ['57P01', 'connection'],
    ['XX000', 'other'],
  ])('an error with the SQLSTATE %s has the class %s', async (state, expected) => {
    const error = await errorOf(dataSources['postgres']!, `DO $$ BEGIN RAISE 'x' USING ERRCODE = '${state}'; END $$`);
    expect(errorClassOf(error)).toBe(expected);
    expect(errorDetailsOf(error)).toEqual({ sqlState: state });
  });

  it('a statement after a failed one in a transaction has the class transaction_aborted', async () => {
    const runner = dataSources['postgres']!.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELEC 1').catch(() => 0);
    const error: unknown = await runner.query('SELECT 1').catch((reason: unknown) => reason);
    await runner.rollbackTransaction();
    await runner.release();
    expect(errorClassOf(error)).toBe('transaction_aborted');
  });

  it('a COPY that the client ends without data is cancelled, in every language', async () => {
    const error = await errorOf(dataSources['postgres']!, 'COPY t FROM STDIN');
    expect(errorClassOf(error)).toBe('cancelled');
    const { driverError } = error as { driverError: Error };
    expect(errorClassOf(Object.assign(driverError, { message: 'translated' }))).toBe('cancelled');
  });

  it('a missing privilege has the class permission', async () => {
    await postgres.admin.query('CREATE TABLE secrets (a int)');
    expect(errorClassOf(await errorOf(dataSources['postgres']!, 'SELECT * FROM secrets'))).toBe('permission');
  });

  it('prepared statements that exist already, are gone or have another result have the class prepared_statement', async () => {
    const runner = dataSources['postgres']!.createQueryRunner();
    await runner.query('CREATE TABLE changing (a int)');
    await runner.query('PREPARE one AS SELECT * FROM changing');
    await runner.query('EXECUTE one');
    const seen: unknown[] = [];
    const attempt = (sql: string) => runner.query(sql).catch((error: unknown) => seen.push(errorClassOf(error)));
    await attempt('PREPARE one AS SELECT 1');
    await runner.query('ALTER TABLE changing ADD COLUMN b int');
    await attempt('EXECUTE one');
    await runner.query('DEALLOCATE one');
    await attempt('EXECUTE one');
    await runner.release();
    expect(seen).toEqual(['prepared_statement', 'prepared_statement', 'prepared_statement']);
  });

  it('a wrong number of parameters is a mistake in the statement, and the connection stays', async () => {
    const error: unknown = await dataSources['postgres']!.query('SELECT $1::int, $2::int', [1]).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ driverError: { code: '08P01' } });
    expect(errorClassOf(error)).toBe('syntax');
  });

  it('a text with a NUL is a mistake in the statement, too', async () => {
    const error: unknown = await dataSources['postgres']!.query('SELECT 1\0 + $1', [1]).catch((e: unknown) => e);
    expect(error).toMatchObject({ driverError: { code: '08P01' } });
    expect(errorClassOf(error)).toBe('syntax');
  });

  it('the details of a constraint are its SQLSTATE and its name', async () => {
    await dataSources['postgres']!.query('CREATE TABLE mails (mail text CONSTRAINT one_mail UNIQUE)');
    await dataSources['postgres']!.query("INSERT INTO mails VALUES ('hush')");
    const error = await errorOf(dataSources['postgres']!, "INSERT INTO mails VALUES ('hush')");
    expect(errorDetailsOf(error)).toEqual({ sqlState: '23505', constraint: 'one_mail' });
  });
});

describe('on MariaDB', () => {
  it.each<[number, string, ErrorClass]>([
    [1020, 'HY000', 'serialization'],
    [1044, '42000', 'permission'],
    [1045, '28000', 'permission'],
    [1052, '23000', 'syntax'],
    [1142, '42000', 'permission'],
    [1143, '42000', 'permission'],
    [1205, 'HY000', 'lock_timeout'],
    [1213, '40001', 'deadlock'],
    [1227, '42000', 'permission'],
    [1243, 'HY000', 'prepared_statement'],
    [1969, '70100', 'timeout'],
    [3024, 'HY000', 'timeout'],
    [1644, '45000', 'other'],
  ])('an error with the number %i and the SQLSTATE %s has the class %s', async (errno, state, expected) => {
    const signal = `BEGIN NOT ATOMIC SIGNAL SQLSTATE '${state}' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'x'; END`;
    const error = await errorOf(dataSources['mariadb']!, signal);
    expect(errorClassOf(error)).toBe(expected);
    expect(errorDetailsOf(error)).toEqual({ sqlState: state, errno });
  });

  it('missing privileges have the class permission', async () => {
    await mariaDb.admin.query("CREATE OR REPLACE USER 'reader'@'localhost'");
    await mariaDb.admin.query('CREATE OR REPLACE TABLE timing.secrets (a int, b int)');
    await mariaDb.admin.query("GRANT SELECT (a) ON timing.secrets TO 'reader'@'localhost'");
    const reader = await mariaDb.dataSource({ username: 'reader' }).initialize();
    const statements = ['SELECT b FROM secrets', 'DELETE FROM secrets', 'CREATE DATABASE other', 'SHUTDOWN'];
    const seen = [];
    for (const sql of statements) seen.push(errorClassOf(await errorOf(reader, sql)));
    await reader.destroy();
    expect(seen).toEqual(statements.map(() => 'permission'));
  });

  it('the details of constraints are their number and name', async () => {
    const dataSource = dataSources['mariadb']!;
    await dataSource.query('CREATE TABLE parents (mail varchar(99), CONSTRAINT one_mail UNIQUE (mail))');
    await dataSource.query(
      "CREATE TABLE children (mail varchar(99), CONSTRAINT to_parent FOREIGN KEY (mail) REFERENCES parents (mail), CONSTRAINT not_empty CHECK (mail <> ''))",
    );
    await dataSource.query("INSERT INTO parents VALUES ('hush')");
    const details = async (sql: string) => errorDetailsOf(await errorOf(dataSource, sql));
    expect(await details("INSERT INTO parents VALUES ('hush')")).toMatchObject({ errno: 1062, constraint: 'one_mail' });
    expect(await details("INSERT INTO children VALUES ('other')")).toMatchObject({
      errno: 1452,
      constraint: 'to_parent',
    });
    expect(await details('DELETE FROM parents; ')).toEqual({});
    expect(await details("INSERT INTO children VALUES ('')")).toMatchObject({
      errno: 4025,
      constraint: expect.stringContaining('not_empty'),
    });
  });
});
