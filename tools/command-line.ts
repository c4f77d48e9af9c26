import { CommanderError, InvalidArgumentError, type Command } from 'commander';

/** The command could not finish, for a reason that its user can act on. The message is all they need: no stack trace. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** The command refuses to begin: its arguments are wrong, or something that it needs is missing. Nothing has changed. */
export class UsageError extends CommandError {
  override readonly name: string = 'UsageError';
}

/**
 * Runs a command and sets the exit code: 0 done, 1 failed, 2 refused. A CommandError, or an error of one of the `expected`
 * classes, is reported in its own words; any other error is a bug and keeps its stack trace.
 */
export async function run(command: Command, ...expected: readonly (new (...args: never[]) => Error)[]): Promise<void> {
  command
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .exitOverride()
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 refused before anything changed.');
  try {
    await command.parseAsync();
  } catch (error) {
    const isRefusal = error instanceof CommanderError || error instanceof UsageError;
    process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : isRefusal ? 2 : 1;
    // Commander has already printed its own errors.
    if (error instanceof CommanderError) return;
    const isExpected = [CommandError, ...expected].some((type) => error instanceof type);
    console.error(isExpected ? messagesOf(error as Error) : error);
  }
}

const messagesOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}\n${messagesOf(cause)}` : message;

/** For an option that takes a whole number, within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}
