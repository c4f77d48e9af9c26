import { Option, program } from 'commander';
import { EmbeddedPostgresError, resetEmbeddedPostgres } from '../src/infrastructure/database/embedded-postgres';

program
  .name('db:reset')
  .description(
    'Removes all data of the embedded PostgreSQL; the next start begins with an empty database. ' +
      'A database that DATABASE_URL names is never touched.',
  )
  .addOption(
    new Option('--directory <path>', 'where the data is, when not in .data/postgres').env(
      'EMBEDDED_POSTGRES_DIRECTORY',
    ),
  )
  .action(async ({ directory }: { directory?: string }) => {
    const emptied = await resetEmbeddedPostgres({ directory });
    console.log(emptied ? `Emptied ${emptied}` : 'There is no data to remove.');
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof EmbeddedPostgresError ? error.message : error);
  process.exitCode = 1;
});
