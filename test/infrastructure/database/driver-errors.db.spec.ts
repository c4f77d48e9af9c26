import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import {
  DeadlineExceededError,
  type PortError,
  ServiceUnavailableError,
  UnstorableValueError,
} from '../../../src/application/shared/port-errors';
import { createDataSource } from '../../../src/infrastructure/database/data-source';
import { retryReasonOf, toPortError, violatesUnique } from '../../../src/infrastructure/database/driver-errors';
import { PoolQueueFullError } from '../../../src/infrastructure/database/guarded-pool';
import { serializeError } from '../../../src/infrastructure/observability/logger';
import { aConfiguration } from '../../support/configuration';
import { urlFor } from '../../support/database-urls';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createScratchDatabase();
  const configuration = aConfiguration({ DATABASE_STATEMENT_TIMEOUT_MS: '200', DATABASE_LOCK_TIMEOUT_MS: '50' });
  dataSource = await createDataSource(database.url, configuration.database).initialize();
  await dataSource.query('CREATE TABLE things (id int CONSTRAINT things_pkey PRIMARY KEY, code char(2) NOT NULL)');
  await dataSource.query(`INSERT INTO things VALUES (1, 'ab')`);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const errorOf = (sql: string, parameters: unknown[] = []): Promise<unknown> =>
  dataSource.query(sql, parameters).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an error of the server', () => {
  it.each([
    ['a statement that takes too long', 'SELECT pg_sleep(5)', [], DeadlineExceededError],
    ['a number out of range', 'INSERT INTO things VALUES ($1, $2)', ['99999999999', 'ab'], UnstorableValueError],
    ['a text that is too long', 'INSERT INTO things VALUES ($1, $2)', [2, 'abc'], UnstorableValueError],
    ['a text that is not a number', 'INSERT INTO things VALUES ($1, $2)', ['x', 'ab'], UnstorableValueError],
    ['a NUL character', 'INSERT INTO things VALUES ($1, $2)', [2, 'a\0'], UnstorableValueError],
    ['a missing value', 'INSERT INTO things VALUES ($1, $2)', [2, null], UnstorableValueError],
    ['a date that does not exist', `SELECT $1::timestamptz`, ['2026-02-31'], UnstorableValueError],
    [
      'a server that goes away',
      `DO $$ BEGIN RAISE EXCEPTION 'bye' USING ERRCODE = '57P01'; END $$`,
      [],
      ServiceUnavailableError,
    ],
    ['a full disk', `DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$`, [], ServiceUnavailableError],
    ['a deadlock', `DO $$ BEGIN RAISE EXCEPTION 'dead' USING ERRCODE = '40P01'; END $$`, [], ServiceUnavailableError],
    [
      'a plan that a migration made useless',
      `DO $$ BEGIN RAISE EXCEPTION 'cached plan must not change result type' USING ERRCODE = '0A000'; END $$`,
      [],
      ServiceUnavailableError,
    ],
    [
      'a pooler without a free connection',
      `DO $$ BEGIN RAISE EXCEPTION 'query_wait_timeout' USING ERRCODE = '08P01'; END $$`,
      [],
      ServiceUnavailableError,
    ],
    [
      'a prepared statement that is gone',
      `DO $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '26000'; END $$`,
      [],
      ServiceUnavailableError,
    ],
    [
      'a read-only server',
      `DO $$ BEGIN RAISE EXCEPTION 'ro' USING ERRCODE = '25006'; END $$`,
      [],
      ServiceUnavailableError,
    ],
  ])('about %s becomes a port error', async (_, sql, parameters, expected) => {
    const error = await errorOf(sql, parameters);
    expect(toPortError(error)).toBeInstanceOf(expected);
    expect(toPortError(error)).toHaveProperty('cause', error);
  });

  it.each([
    ['SELECT $1::integer', 'hush-12'],
    ['INSERT INTO things VALUES (3, $1)', 'hush-12'],
    ['SELECT $1::timestamptz', 'hush-12'],
  ])('is logged without the values in its message or its parameters: %s', async (sql, value) => {
    const error = await errorOf(sql, [value]);
    const logged = serializeError(toPortError(error)) as { cause: object };
    expect(logged.cause).toMatchObject({ type: 'QueryFailedError', code: expect.stringMatching(/^22/) });
    expect(JSON.stringify([logged, serializeError(error)])).not.toContain(value);
  });

  it('about a lock timeout becomes ServiceUnavailableError', async () => {
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('LOCK TABLE things IN ACCESS EXCLUSIVE MODE');
    expect(toPortError(await errorOf('SELECT * FROM things'))).toBeInstanceOf(ServiceUnavailableError);
    await holder.rollbackTransaction();
    await holder.release();
  });

  it.each([
    ['a table that does not exist', 'SELECT * FROM nothing'],
    ['a mistake in the SQL', 'SELEC 1'],
    ['a missing privilege', `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '42501'; END $$`],
    ['a transaction that is aborted', `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '25P02'; END $$`],
    ['a constraint that no use case expects', `INSERT INTO things VALUES (1, 'ab')`],
  ])('about %s is a bug and is returned unchanged', async (_, sql) => {
    const error = await errorOf(sql);
    expect(error).toBeInstanceOf(Error);
    expect(toPortError(error)).toBe(error);
  });

  it('is attributed to a unique constraint by the name of the constraint', async () => {
    const error = await errorOf(`INSERT INTO things VALUES (1, 'ab')`);
    expect(violatesUnique(error, 'things_pkey')).toBe(true);
    expect(violatesUnique(error, 'products_pkey')).toBe(false);
    expect(violatesUnique(await errorOf('SELECT 1 / 0'), 'things_pkey')).toBe(false);
  });
});

describe('a connection that the server refuses', () => {
  let database: ScratchDatabase;
  let admin: Client;
  beforeAll(async () => {
    database = await createScratchDatabase();
    admin = new Client({ connectionString: urlFor('postgres', 'admin') });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  it.each([
    ['the password is another one', '28P01', { password: 'another' }, ''],
    ['there is no such role', '28P01', { username: 'no_such_role' }, ''],
    ['there is no such database', '3D000', { pathname: '/no_such_database' }, ''],
    ['the database accepts none', '55000', {}, 'ALTER DATABASE $ ALLOW_CONNECTIONS false'],
    [
      'the role may not connect',
      '42501',
      {},
      'ALTER DATABASE $ OWNER TO postgres; REVOKE CONNECT ON DATABASE $ FROM PUBLIC',
    ],
  ])('since %s becomes ServiceUnavailableError (%s)', async (_, code, part, sql) => {
    await admin.query(sql.replaceAll('$', database.name));
    const url = Object.assign(new URL(database.url), part).href;
    const connecting = createDataSource(url, aConfiguration().database).initialize();
    const error: unknown = await connecting.catch((failure: unknown) => failure);
    await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`);
    expect(error).toMatchObject({ code });
    expect(toPortError(error)).toBeInstanceOf(ServiceUnavailableError);
    expect(toPortError(error)).toHaveProperty('cause', error);
  });
});

describe('an error of the client', () => {
  it.each([
    ['a refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['a name that cannot be resolved now', Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' })],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['a closed pool', new Error('Cannot use a pool after calling end on the pool')],
    ['an acquisition timeout of the pool', new Error('timeout exceeded when trying to connect')],
    ['a full queue', new PoolQueueFullError(50)],
  ])('about %s becomes ServiceUnavailableError', (_, error) => {
    expect(toPortError(error)).toBeInstanceOf(ServiceUnavailableError);
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a file', Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE', syscall: 'open' })],
    ['a folder', Object.assign(new Error('ENOENT: no such file, scandir'), { code: 'ENOENT', syscall: 'scandir' })],
  ])('that does not come from the database is returned unchanged: %s', (_, bug) => {
    expect(toPortError(bug)).toBe(bug);
    expect(retryReasonOf(bug)).toBeUndefined();
  });

  it('that is a port error already is not wrapped again', () => {
    const portError: PortError = new DeadlineExceededError('late');
    expect(toPortError(portError)).toBe(portError);
  });
});
