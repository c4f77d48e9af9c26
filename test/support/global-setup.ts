import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { Client } from 'pg';
import { migrate } from '../../src/infrastructure/database/migrate';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import { UndoList } from '../../tools/undo-list';
import { SERVICE_ROLE, TEMPLATE_DATABASE, urlFor } from './database-urls';

/**
 * One server per run, with a migrated database that each test file copies. `TEST_DATABASE_URL`, a superuser's, runs the
 * same tests on another server, whose `shared_preload_libraries` must include pg_stat_statements.
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
    // Messages are compared: a server may speak another language.
    await admin.query(`ALTER ROLE ${SERVICE_ROLE} SET lc_messages = 'C'`);
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
  readonly undo?: UndoList;
}

const STOPPED_BY = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Also stops the server when the run is aborted, from the terminal or because another suite has failed. */
async function startEmbedded(): Promise<TestServer> {
  const undo = new UndoList();
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    stopped.abort();
    void undo.run().then(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of STOPPED_BY) process.once(signal, stop);
  undo.add(() => STOPPED_BY.forEach((signal) => process.off(signal, stop)));
  const postgres = await startTemporaryPostgres(undo, { max_connections: '300' }, stopped.signal);
  process.env.TEST_DATABASE_URL = postgres.adminUrl;
  return { undo };
}
