import { createMigrationDataSource } from './data-source';

/** Of this service's migrations among all advisory locks of a database: any number, always the same. */
const MIGRATION_LOCK = 7_304_226_119;

/**
 * Runs the missing migrations. Services that start at once do it one after the other, so the second finds nothing to do.
 * @returns the names of those that ran
 */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = await createMigrationDataSource(url).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const ran = await dataSource.runMigrations();
      return ran.map(({ name }) => name);
    } finally {
      await lock.release();
    }
  } finally {
    // Ends the session, and with it the lock.
    await dataSource.destroy();
  }
}
