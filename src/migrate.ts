import { readConfiguration, type Configuration } from './infrastructure/config/configuration';
import { UnusableDatabaseError, waitForDatabase } from './infrastructure/database/connect';
import {
  EmbeddedPostgresError,
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from './infrastructure/database/embedded-postgres';
import { migrate, MigrationError, migrationStatuses, revertLastMigration } from './infrastructure/database/migrate';

const usage = `Usage: node dist/migrate.js run | revert | status

  run     runs the missing migrations
  revert  takes the last one back
  status  lists all of them, and changes nothing`;

/** What each command does with a database, and the lines that it prints. */
const commands: Readonly<Record<string, (url: string) => Promise<string[]>>> = {
  async run(url) {
    const ran = await migrate(url);
    return ran.length > 0 ? ran.map((name) => `ran       ${name}`) : ['Nothing to run: the database is up to date.'];
  },
  async revert(url) {
    const reverted = await revertLastMigration(url);
    return reverted ? [`reverted  ${reverted}`] : ['Nothing to revert: no migration has run.'];
  },
  async status(url) {
    return (await migrationStatuses(url)).map(({ name, state }) => `${state.padEnd(9)} ${name}`);
  },
};

/** The service's own database: the one of its URL, or the embedded one, which is started for as long as this takes. */
async function withDatabase<T>({ database }: Configuration, work: (url: string) => Promise<T>): Promise<T> {
  const embedded = { directory: database.embeddedDirectory };
  const url = database.url ?? findEmbeddedPostgres(embedded)?.url;
  if (url) {
    await waitForDatabase(url, { attempts: database.connectAttempts, onRetry: (line) => console.error(line) });
    return work(url);
  }
  const postgres = await startEmbeddedPostgres(embedded);
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function main(words: readonly string[]): Promise<number> {
  const command = words.length === 1 ? commands[words[0] ?? ''] : undefined;
  if (!command) {
    console.error(usage);
    return 2;
  }
  const configuration = readConfiguration(process.env);
  if (configuration.isErr()) {
    console.error(['The configuration is not valid:', ...configuration.error.mistakes].join('\n  '));
    return 1;
  }
  try {
    console.log((await withDatabase(configuration.value, command)).join('\n'));
    return 0;
  } catch (error) {
    const expected =
      error instanceof MigrationError ||
      error instanceof UnusableDatabaseError ||
      error instanceof EmbeddedPostgresError;
    console.error(expected ? error.message : error);
    return 1;
  }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
