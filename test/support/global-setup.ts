import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres';
import { migrate } from '../../src/infrastructure/database/migrate';
import { SERVICE_ROLE, TEMPLATE_DATABASE, urlFor } from './database-urls';

/**
 * One server for a whole run, with a migrated database that each test file copies. `TEST_DATABASE_URL`, a superuser's,
 * runs the same tests on a server of yours: `shared_preload_libraries` must hold pg_stat_statements there.
 */
export default async function startServer(): Promise<void> {
  const state = globalThis as typeof globalThis & { testServer?: TestServer };
  if (state.testServer) return;
  state.testServer = process.env.TEST_DATABASE_URL ? {} : await startEmbedded();
  process.env.TEST_SERVICE_PASSWORD = randomBytes(16).toString('hex');

  const admin = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE} WITH (FORCE)`);
    const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [SERVICE_ROLE]);
    await admin.query(
      `${rowCount ? 'ALTER' : 'CREATE'} ROLE ${SERVICE_ROLE} LOGIN PASSWORD '${process.env.TEST_SERVICE_PASSWORD}'`,
    );
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE} OWNER ${SERVICE_ROLE}`);
  } finally {
    await admin.end();
  }
  const template = new Client({ connectionString: urlFor(TEMPLATE_DATABASE, 'admin') });
  await template.connect();
  await template.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await template.end();
  await migrate(urlFor(TEMPLATE_DATABASE));
}

export interface TestServer {
  readonly postgres?: EmbeddedPostgres;
  readonly directory?: string;
}

async function startEmbedded(): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'service-test-'));
  // The server of a root's checkout runs as nobody, and must find its data.
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    // A test that is cut off by a power failure runs again; nothing else is lost without these.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  process.env.TEST_DATABASE_URL = postgres.adminUrl;
  return { postgres, directory };
}

export async function stopServer({ postgres, directory }: TestServer): Promise<void> {
  await postgres?.stop();
  if (directory) await rm(directory, { recursive: true, force: true });
}
