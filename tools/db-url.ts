import { Command, Option } from 'commander';
import { findEmbeddedPostgres } from '../development-database';
import { CommandError, run } from './command-line';

void run(
  new Command('db:url')
    .description('Prints the connection string of the running embedded PostgreSQL, with its password.')
    .option('--admin', "the superuser's instead of the service's")
    .addOption(
      new Option('--directory <path>', 'where the data is, when not in .data/postgres').env(
        'EMBEDDED_POSTGRES_DIRECTORY',
      ),
    )
    .action(({ admin, directory }: { admin?: boolean; directory?: string }) => {
      const found = findEmbeddedPostgres({ directory });
      if (!found) throw new CommandError('No embedded PostgreSQL is running: start the service first.');
      console.log(admin ? found.adminUrl : found.url);
    }),
);
