import { join } from 'node:path';
import { EmbeddedPostgresError, type EmbeddedPostgres } from '../../development-database';
import { startTimeOf } from '../../development-database/processes';
import { cleanUp, query, scratchFolder, serverPid, start, until } from './support';

jest.setTimeout(60_000);

describe('the embedded PostgreSQL', () => {
  const directory = join(scratchFolder(), 'postgres');
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await start(directory);
  });
  afterAll(() => cleanUp([directory]));

  const withoutPassword = (url: string): string => {
    const changed = new URL(url);
    changed.password = '';
    return changed.href;
  };
  const withDatabase = (url: string, database: string): string => {
    const changed = new URL(url);
    changed.pathname = `/${database}`;
    return changed.href;
  };

  it('starts from nothing with a database that belongs to the role of the service', async () => {
    expect(
      await query(
        server.url,
        `SELECT current_user AS role, current_database() AS database, rolsuper AS superuser, datdba::regrole::text AS owner,
                pg_encoding_to_char(encoding) AS encoding, datcollate AS collation
         FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
      ),
    ).toEqual([{ role: 'app', database: 'app', superuser: false, owner: 'app', encoding: 'UTF8', collation: 'C' }]);
    expect(await query(server.adminUrl, `SELECT current_user AS role, current_database() AS database`)).toEqual([
      { role: 'postgres', database: 'app' },
    ]);
  });

  it('listens on 127.0.0.1 alone, and on no socket file', async () => {
    expect(
      await query(
        server.adminUrl,
        `SELECT name, setting FROM pg_settings
         WHERE name IN ('listen_addresses', 'unix_socket_directories', 'port') ORDER BY name`,
      ),
    ).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'port', setting: String(server.port) },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });

  it('refuses either role without its password', async () => {
    // Without a password the client cannot respond to the SCRAM challenge; with a wrong one the server rejects the response.
    await expect(query(withoutPassword(server.url), 'SELECT 1')).rejects.toThrow('password must be a');
    await expect(query(withoutPassword(server.adminUrl), 'SELECT 1')).rejects.toThrow('password must be a');
    const guessed = new URL(server.adminUrl);
    guessed.password = 'postgres';
    await expect(query(guessed.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(server.adminUrl, `SELECT DISTINCT auth_method FROM pg_hba_file_rules`)).toEqual([
      { auth_method: 'scram-sha-256' },
    ]);
  });

  it('lets the role of the service create in its own database and nowhere else', async () => {
    await query(server.url, 'CREATE SCHEMA mine; CREATE TABLE mine.things (id int); DROP SCHEMA mine CASCADE');
    await expect(query(server.url, 'CREATE DATABASE other')).rejects.toMatchObject({ code: '42501' });
    await expect(query(server.url, 'CREATE ROLE other')).rejects.toMatchObject({ code: '42501' });
    await expect(query(withDatabase(server.url, 'postgres'), 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  it('counts statements: the service reads its own, the superuser all', async () => {
    await query(server.url, 'SELECT 1 AS of_the_service');
    await query(server.adminUrl, 'SELECT 1 AS of_the_superuser');
    const counted = `SELECT query, calls::int FROM pg_stat_statements WHERE query LIKE 'SELECT $1 AS of_the_%' ORDER BY query`;
    const ofTheService = { query: 'SELECT $1 AS of_the_service', calls: 1 };
    expect(await query(server.url, counted)).toEqual([ofTheService]);
    expect(await query(server.adminUrl, counted)).toEqual([
      ofTheService,
      { query: 'SELECT $1 AS of_the_superuser', calls: 1 },
    ]);
  });

  it('keeps the data between starts, and is durable unless a caller says otherwise', async () => {
    await query(server.url, `CREATE TABLE kept AS SELECT 'data' AS what`);
    await server.stop();
    server = await start(directory, { settings: { max_connections: '17' } });
    expect(await query(server.url, 'SELECT what FROM kept')).toEqual([{ what: 'data' }]);
    expect(
      await query(server.url, `SELECT current_setting('fsync') AS fsync, current_setting('max_connections') AS max`),
    ).toEqual([{ fsync: 'on', max: '17' }]);
  });

  it('can be stopped more than once, and is gone afterwards', async () => {
    const pid = serverPid(directory);
    await Promise.all([server.stop(), server.stop()]);
    expect(startTimeOf(pid)).toBeUndefined();
    await server.stop();
    server = await start(directory);
  });

  it('ends immediately when killed, and recovers committed data at the next start', async () => {
    await query(server.url, `CREATE TABLE committed AS SELECT 'before the kill' AS what`);
    const pid = serverPid(directory);
    server.killNow();
    await until(() => startTimeOf(pid) === undefined);
    await server.stop();
    server = await start(directory);
    expect(await query(server.url, 'SELECT what FROM committed')).toEqual([{ what: 'before the kill' }]);
  });

  it('can be started again while a killed server is still ending', async () => {
    server.killNow();
    server = await start(directory);
    expect(await query(server.url, 'SELECT what FROM kept')).toEqual([{ what: 'data' }]);
  });

  it('reports an unexpected end', async () => {
    await server.stop();
    const said = new Promise<string>((resolve) => {
      const log = (line: string): void => void (line.includes('ended unexpectedly') && resolve(line));
      void start(directory, { log }).then((started) => {
        server = started;
        process.kill(serverPid(directory), 'SIGQUIT');
      });
    });
    expect(await said).toContain('received immediate shutdown request');
    await server.stop();
    server = await start(directory);
  });

  it('explains a start that fails with the last lines of the server log, and gives the directory up', async () => {
    await server.stop();
    const failure = start(directory, { settings: { max_connections: 'many' } });
    await expect(failure).rejects.toThrow(EmbeddedPostgresError);
    await expect(failure).rejects.toThrow(/DATABASE_URL[^]*invalid value for parameter "max_connections": "many"/);
    server = await start(directory);
  });
});
