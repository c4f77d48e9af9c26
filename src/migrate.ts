import { readConfiguration } from './infrastructure/config/configuration';
import { UnusableDatabaseError, waitForDatabase } from './infrastructure/database/connect';
import { migrate, MigrationError, migrationStatuses, revertLastMigration } from './infrastructure/database/migrate';

const usage = `Usage: node dist/migrate.js run | revert | status

  run     runs the missing migrations
  revert  reverts the last one
  status  lists all migrations and changes nothing

In a checkout: npm run migration -- run | revert | status`;

/** What each command does with a database, and the lines that it prints. */
const onWait = (line: string): void => console.error(line);
const commands: Readonly<Record<string, (url: string) => Promise<string[]>>> = {
  async run(url) {
    const ran = await migrate(url, { onWait });
    return ran.length > 0 ? ran.map((name) => `ran       ${name}`) : ['Nothing to run: the database is up to date.'];
  },
  async revert(url) {
    const reverted = await revertLastMigration(url, { onWait });
    return reverted ? [`reverted  ${reverted}`] : ['Nothing to revert: no migration has run.'];
  },
  async status(url) {
    return (await migrationStatuses(url)).map(({ name, state }) => `${state.padEnd(9)} ${name}`);
  },
};

/**
 * Runs the command on the database of DATABASE_URL.
 * @returns the exit code
 */
export async function runMigrationCommand(words: readonly string[], environment = process.env): Promise<number> {
  const command = words.length === 1 ? commands[words[0] ?? ''] : undefined;
  if (!command) {
    console.error(usage);
    return 2;
  }
  const configuration = readConfiguration(environment);
  if (configuration.isErr()) {
    console.error(['The configuration is not valid:', ...configuration.error.mistakes].join('\n  '));
    return 1;
  }
  const { url, connectAttempts } = configuration.value.database;
  try {
    await waitForDatabase(url, { attempts: connectAttempts, onRetry: (line) => console.error(line) });
    console.log((await command(url)).join('\n'));
    return 0;
  } catch (error) {
    const isExpected = error instanceof MigrationError || error instanceof UnusableDatabaseError;
    console.error(isExpected ? error.message : error);
    return 1;
  }
}

if (require.main === module) void runMigrationCommand(process.argv.slice(2)).then((code) => (process.exitCode = code));
