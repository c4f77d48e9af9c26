import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../development-database';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** A database and a role for one test file, on a server with pg_stat_statements. */
export interface TestDatabase {
  readonly role: string;
  /** Of the role. */
  readonly url: string;
  /** The superuser in the same database. */
  readonly admin: Client;
  /** The log of a separate server. */
  readonly logPath: string | undefined;
  dataSource(more?: Partial<DataSourceOptions>): DataSource;
  drop(): Promise<void>;
}

/** A server, with its superuser's URL. */
export interface PostgresServer {
  readonly url: string;
  readonly logPath?: string;
  stop(): Promise<void>;
}

/**
 * Creates a database on the server of `TEST_DATABASE_URL`, a superuser's, or on an embedded one that runs as long as the
 * database exists. With `settings` it is always an embedded one.
 */
export async function createTestDatabase(settings?: Readonly<Record<string, string>>): Promise<TestDatabase> {
  const shared = settings ? undefined : process.env['TEST_DATABASE_URL'];
  return createDatabaseOn(shared ? { url: shared, stop: async () => undefined } : await startServer(settings));
}

/** Creates a database on a server that is stopped together with it. */
export async function createDatabaseOn(server: PostgresServer): Promise<TestDatabase> {
  const url = new URL(server.url);
  const name = `timing_${randomUUID().replaceAll('-', '')}`;
  await once(url.href, [
    `CREATE ROLE ${name} LOGIN PASSWORD '${name}'`,
    // Messages are compared: a server may speak another language.
    `ALTER ROLE ${name} SET lc_messages = 'C'`,
    `CREATE DATABASE ${name} OWNER ${name}`,
  ]);

  const inside = new URL(url);
  inside.pathname = `/${name}`;
  const admin = new Client({ connectionString: inside.href });
  await admin.connect();
  await admin.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  inside.username = inside.password = name;
  return {
    role: name,
    url: inside.href,
    admin,
    logPath: server.logPath,
    dataSource: (more = {}) => new DataSource({ type: 'postgres', url: inside.href, ...more } as DataSourceOptions),
    drop: async () => {
      await admin.end();
      await once(url.href, [`DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${name}`]);
      await server.stop();
    },
  };
}

async function once(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'query-timing-'));
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    settings: { fsync: 'off', max_connections: '100', ...settings },
  });
  return {
    url: postgres.adminUrl,
    logPath: join(directory, 'postgres', 'server.log'),
    stop: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
