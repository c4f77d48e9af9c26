import { Option, program } from 'commander';
import { EmbeddedPostgresError, findEmbeddedPostgres } from '../src/infrastructure/database/embedded-postgres';

program
  .name('db:url')
  .description('Prints the connection string of the running embedded PostgreSQL, with its password.')
  .option('--admin', "the superuser's instead of the service's")
  .addOption(
    new Option('--directory <path>', 'where the data is, when not in .data/postgres').env(
      'EMBEDDED_POSTGRES_DIRECTORY',
    ),
  )
  .action(({ admin, directory }: { admin?: boolean; directory?: string }) => {
    const found = findEmbeddedPostgres({ directory });
    if (!found) throw new EmbeddedPostgresError('No embedded PostgreSQL is running: start the service first.');
    console.log(admin ? found.adminUrl : found.url);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof EmbeddedPostgresError ? error.message : error);
  process.exitCode = 1;
});
