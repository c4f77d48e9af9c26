import { Client } from 'pg';
import { request } from 'undici';
import { APPLICATION_NAME } from '../../src/infrastructure/database/data-source';
import type { UndoList } from '../undo-list';
import { Failure } from '../command-line';
import type { Stage } from './stage';

const CONNECT_TIMEOUT_MS = 5_000;
/** A lock that somebody else has for so long will not be free soon. */
const LOCK_TIMEOUT_MS = 5_000;

/** Two connections to the service's database, and whose statements are the service's. */
export interface Database {
  readonly holder: Client;
  readonly observer: Client;
  /** The role that the service logs in as. */
  readonly role: string;
}

/** @throws Failure when the database cannot tell what is to be known, naming what it needs for that */
export async function openDatabase({ databaseUrl, metricsUrl }: Stage, undo: UndoList): Promise<Database> {
  const holder = await connect(databaseUrl, undo);
  const observer = await connect(databaseUrl, undo);
  // Whose statements are counted decides the role; the service has a connection while it says that it is ready.
  await request(new URL('/health/ready', metricsUrl)).then(({ body }) => body.dump());
  const role = await roleOfService(observer);
  for (const client of [holder, observer]) await stayUncounted(client, role);
  await checkStatistics(observer);
  return { holder, observer, role };
}

async function connect(url: string, undo: UndoList): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    application_name: 'demo',
  });
  // The statement that runs tells of a broken connection.
  client.on('error', () => undefined);
  undo.add(() => client.end());
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new Failure(`The database of the service cannot be reached: ${(error as Error).message}.`);
  }
}

async function roleOfService(client: Client): Promise<string> {
  const { rows } = await client.query<{ usename: string }>(
    `SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`,
    [APPLICATION_NAME],
  );
  if (rows.length === 1) return rows[0]!.usename;
  throw new Failure(
    rows.length === 0
      ? 'The service has no connection to that database: is --database-url the database that it uses?'
      : `Services of several roles use that database (${rows.map(({ usename }) => usename).join(', ')}): stop the others.`,
  );
}

async function stayUncounted(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ me: string }>('SELECT current_user AS me');
  if (rows[0]?.me !== role) return;
  try {
    await client.query(`SET pg_stat_statements.track = 'none'`);
  } catch {
    throw new Failure(
      `--database-url is of the service’s own role ${role}, whose statements are counted: give a superuser’s, or one of ` +
        `another role that may read all statistics (pg_read_all_stats) and lock the tables.`,
    );
  }
}

async function checkStatistics(client: Client): Promise<void> {
  try {
    await client.query('SELECT dealloc FROM pg_stat_statements_info');
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new Failure(
      code === '42P01'
        ? 'PostgreSQL does not count statements in that database: CREATE EXTENSION pg_stat_statements, as a superuser.'
        : 'PostgreSQL does not count statements: put pg_stat_statements into shared_preload_libraries, and start it anew. ' +
            `(${(error as Error).message})`,
    );
  }
}
