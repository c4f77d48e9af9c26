import { constants, openSync, readFileSync } from 'node:fs';

/**
 * Opens the server's log for one run. It starts empty each time, so it holds one run at most, and it is a file of this
 * process's user, which the server only inherits: never one that a link leads to.
 */
export function openServerLog(path: string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
  return openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | noFollow, 0o600);
}

/** The last lines of the log, or a word on why there are none. */
export function lastLines(path: string, count = 15): string {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count);
    return `The last lines of ${path}:\n${lines.join('\n')}`;
  } catch (error) {
    return `There is no server log (${(error as Error).message}).`;
  }
}
