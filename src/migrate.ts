import { constants } from 'node:os';
import { readConfiguration } from './infrastructure/config/configuration';
import { misspelledVariables } from './infrastructure/config/misspelled-variables';
import { UnusableDatabaseError, waitForDatabase } from './infrastructure/database/connect';
import { migrate, MigrationError, migrationStatuses, revertLastMigration } from './infrastructure/database/migrate';

const usage = `Usage: node dist/migrate.js run | revert | status

  run     runs the missing migrations
  revert  reverts the last one
  status  lists all migrations and changes nothing

In a checkout: npm run migration -- run | revert | status`;

/** What each command does with a database, and the lines that it prints. */
const onWait = (line: string): void => console.error(line);
const commands: Readonly<Record<string, (url: string, signal: AbortSignal) => Promise<string[]>>> = {
  async run(url, signal) {
    const ran = await migrate(url, { signal, onWait });
    return ran.length > 0 ? ran.map((name) => `ran       ${name}`) : ['Nothing to run: the database is up to date.'];
  },
  async revert(url, signal) {
    const reverted = await revertLastMigration(url, { signal, onWait });
    return reverted ? [`reverted  ${reverted}`] : ['Nothing to revert: no migration has run.'];
  },
  async status(url, signal) {
    return (await migrationStatuses(url, { signal })).map(({ name, state }) => `${state.padEnd(9)} ${name}`);
  },
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the command on the database of DATABASE_URL. SIGINT, SIGTERM and SIGHUP end it with its session, also where it is the first
 * process of a container, which has no default action for signals.
 * @returns the exit code; 128 and the number of the signal that has ended it
 */
export async function runMigrationCommand(words: readonly string[], environment = process.env): Promise<number> {
  const command = words.length === 1 ? commands[words[0] ?? ''] : undefined;
  if (!command) {
    console.error(usage);
    return 2;
  }
  const configuration = readConfiguration(environment);
  const misspelled = misspelledVariables(environment);
  if (configuration.isErr()) {
    console.error(['The configuration is not valid:', ...configuration.error.mistakes, ...misspelled].join('\n  '));
    return 1;
  }
  for (const line of misspelled) console.error(line);
  const { url, connectAttempts } = configuration.value.database;
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopping.abort(signal);
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const { signal } = stopping;
    await waitForDatabase(url, { attempts: connectAttempts, onRetry: (line) => console.error(line), signal });
    console.log((await command(url, signal)).join('\n'));
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return stoppedBy(stopping.signal.reason as NodeJS.Signals);
    const isExpected = error instanceof MigrationError || error instanceof UnusableDatabaseError;
    console.error(isExpected ? error.message : error);
    return 1;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

function stoppedBy(signal: NodeJS.Signals): number {
  console.error(`Stopped by ${signal}. The migration that ran is rolled back, unless it runs without a transaction.`);
  return 128 + constants.signals[signal];
}

if (require.main === module) void runMigrationCommand(process.argv.slice(2)).then((code) => (process.exitCode = code));
