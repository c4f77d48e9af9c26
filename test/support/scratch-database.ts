import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { SERVICE_ROLE, TEMPLATE_DATABASE, urlFor } from './database-urls';

export interface ScratchDatabase {
  readonly name: string;
  /** For the role of the service. */
  readonly url: string;
  /** For the superuser. */
  readonly adminUrl: string;
  drop(): Promise<void>;
}

/** Creates a migrated database for one test. */
export async function createScratchDatabase(template = TEMPLATE_DATABASE): Promise<ScratchDatabase> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${SERVICE_ROLE}`));
  return {
    name,
    url: urlFor(name),
    adminUrl: urlFor(name, 'admin'),
    drop: () => asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)).then(() => undefined),
  };
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  // PostgreSQL cannot copy a database twice concurrently: the lock makes test files take turns.
  const admin = new Client({ connectionString: urlFor('postgres', 'admin') });
  await admin.connect();
  try {
    await admin.query('SELECT pg_advisory_lock(1)');
    return await work(admin);
  } finally {
    await admin.end();
  }
}
