import { Client } from 'pg';
import { request } from 'undici';
import { APPLICATION_NAME } from '../../src/infrastructure/database/data-source';
import { findEmbeddedPostgres } from '../../development-database';
import { CommandError } from '../../tools/command-line';
import type { OwnService } from '../../tools/demo/own-service';
import type { UndoList } from '../../tools/undo-list';

const CONNECT_TIMEOUT_MS = 5_000;
/** A lock that is not free by then is held for long. */
const LOCK_TIMEOUT_MS = 5_000;

/** Two connections to the database of the service, and the role whose statements are those of the service. */
export interface Database {
  readonly holder: Client;
  readonly observer: Client;
  /** The role that the service logs in as. */
  readonly role: string;
}

/** The database of a running service. @throws CommandError when none is known */
export function databaseUrlOf({ databaseUrl }: { databaseUrl?: string }): string {
  const { DATABASE_URL, EMBEDDED_POSTGRES_DIRECTORY: directory } = process.env;
  const found = databaseUrl ?? DATABASE_URL ?? findEmbeddedPostgres({ directory })?.adminUrl;
  if (found) return found;
  throw new CommandError('The database of the service is unknown: give --database-url, or set DATABASE_URL.');
}

/** @throws CommandError that says what the database needs */
export async function openDatabase(
  { databaseUrl, metricsUrl }: Pick<OwnService, 'databaseUrl' | 'metricsUrl'>,
  undo: UndoList,
): Promise<Database> {
  const holder = await connect(databaseUrl, undo);
  const observer = await connect(databaseUrl, undo);
  // Statements are counted by role. A service that is ready has a connection, which shows its role.
  await request(new URL('/health/ready', metricsUrl)).then(({ body }) => body.dump());
  const role = await roleOfService(observer);
  for (const client of [holder, observer]) await stayUncounted(client, role);
  await checkStatistics(observer);
  return { holder, observer, role };
}

export async function connect(url: string, undo: UndoList): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    application_name: 'demo',
  });
  // The running statement reports a broken connection.
  client.on('error', () => undefined);
  undo.add(() => client.end());
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new CommandError(`Could not connect to the database of the service: ${(error as Error).message}.`);
  }
}

async function roleOfService(client: Client): Promise<string> {
  const { rows } = await client.query<{ usename: string }>(
    `SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`,
    [APPLICATION_NAME],
  );
  if (rows.length === 1) return rows[0]!.usename;
  throw new CommandError(
    rows.length === 0
      ? 'The service has no connection to that database: does --database-url name the database that it uses?'
      : `Services of several roles use that database (${rows.map(({ usename }) => usename).join(', ')}): stop the others.`,
  );
}

async function stayUncounted(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ me: string }>('SELECT current_user AS me');
  if (rows[0]?.me !== role) return;
  try {
    await client.query(`SET pg_stat_statements.track = 'none'`);
  } catch {
    throw new CommandError(
      `--database-url is for the service’s own role ${role}, whose statements are counted: give one for a superuser, or for ` +
        `another role that can read all statistics (pg_read_all_stats) and lock the tables.`,
    );
  }
}

async function checkStatistics(client: Client): Promise<void> {
  try {
    await client.query('SELECT dealloc FROM pg_stat_statements_info');
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new CommandError(
      code === '42P01'
        ? 'PostgreSQL does not count statements in that database: CREATE EXTENSION pg_stat_statements, as a superuser.'
        : 'PostgreSQL does not count statements: add pg_stat_statements to shared_preload_libraries, and restart it. ' +
            `(${(error as Error).message})`,
    );
  }
}
