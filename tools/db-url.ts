import { Command, Option } from 'commander';
import { findEmbeddedPostgres } from '../development-database';
import { CommandError, run } from './command-line';
import { prepareExporterRole } from './exporter-role';

interface Options {
  readonly admin?: boolean;
  readonly exporter?: boolean;
  readonly directory?: string;
}

void run(
  new Command('db:url')
    .description('Prints the connection string of the running embedded PostgreSQL, with its password.')
    .option('--admin', "the superuser's instead of the service's")
    .addOption(
      new Option(
        '--exporter',
        'that of prometheus-postgres-exporter, for DATA_SOURCE_NAME; creates its role, or updates it',
      ).conflicts('admin'),
    )
    .addOption(
      new Option('--directory <path>', 'where the data is, when not in .data/postgres').env(
        'EMBEDDED_POSTGRES_DIRECTORY',
      ),
    )
    .action(async ({ admin, exporter, directory }: Options) => {
      const found = findEmbeddedPostgres({ directory });
      if (!found) throw new CommandError('No embedded PostgreSQL is running: start the service first.');
      if (exporter) console.log(await prepareExporterRole(found.adminUrl));
      else console.log(admin ? found.adminUrl : found.url);
    }),
);
