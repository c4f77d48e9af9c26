import { EmbeddedPostgresError, findEmbeddedPostgres, startEmbeddedPostgres } from '../../development-database';
import { runMigrationCommand } from '../../src/migrate';

/** The database of DATABASE_URL, or else the development database, which is started for this command if it does not run. */
async function main(words: readonly string[]): Promise<number> {
  const url = process.env.DATABASE_URL || findEmbeddedPostgres()?.url;
  if (url) return runMigrationCommand(words, { ...process.env, DATABASE_URL: url });
  const postgres = await startEmbeddedPostgres();
  try {
    return await runMigrationCommand(words, { ...process.env, DATABASE_URL: postgres.url });
  } finally {
    await postgres.stop();
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof EmbeddedPostgresError ? error.message : error);
    process.exitCode = 1;
  },
);
