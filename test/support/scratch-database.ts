import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { SERVICE_ROLE, TEMPLATE_DATABASE, urlFor } from './database-urls';

export interface ScratchDatabase {
  readonly name: string;
  /** For the role that the service runs as. */
  readonly url: string;
  /** For the superuser. */
  readonly adminUrl: string;
  drop(): Promise<void>;
}

/** A migrated database of its own for whoever asks. */
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
  // A database cannot be copied while somebody else copies it: the lock makes test files take turns.
  const admin = new Client({ connectionString: urlFor('postgres', 'admin') });
  await admin.connect();
  try {
    await admin.query('SELECT pg_advisory_lock(1)');
    return await work(admin);
  } finally {
    await admin.end();
  }
}
