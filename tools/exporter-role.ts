import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

const SCRIPT = join(__dirname, '../deployments/monitoring/postgres-exporter/role.sql');
export const EXPORTER_ROLE = 'postgres_exporter';

/**
 * Creates the role of prometheus-postgres-exporter in a database without TLS, or brings it up to date. Its password depends on
 * that of the superuser only: an exporter that runs keeps its connections.
 *
 * @param adminUrl of the superuser, in the database that the exporter connects to
 * @returns the connection string of the role, for DATA_SOURCE_NAME
 */
export async function prepareExporterRole(adminUrl: string): Promise<string> {
  const url = new URL(adminUrl);
  const password = createHmac('sha256', decodeURIComponent(url.password)).update(EXPORTER_ROLE).digest('base64url');
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(readFileSync(SCRIPT, 'utf8'));
    await client.query(`ALTER ROLE ${EXPORTER_ROLE} PASSWORD '${password}'`);
  } finally {
    await client.end();
  }
  url.username = EXPORTER_ROLE;
  url.password = password;
  // The exporter would insist on TLS.
  url.searchParams.set('sslmode', 'disable');
  return url.href;
}
