import { Command, Option } from 'commander';
import { EmbeddedPostgresError, resetEmbeddedPostgres } from '../development-database';
import { run } from './command-line';

void run(
  new Command('db:reset')
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
    }),
  EmbeddedPostgresError,
);
