import { EmbeddedPostgresError } from './embedded-postgres.error';

/** How long each kind of shutdown may take, in milliseconds, before the next harder one is tried. */
export interface ShutdownBounds {
  readonly fast: number;
  readonly immediate: number;
  readonly killed: number;
}

export const defaultBounds: ShutdownBounds = { fast: 10_000, immediate: 5_000, killed: 5_000 };

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Ends a server: a fast shutdown (sessions are ended, everything is written down), then an immediate one, then SIGKILL.
 * After the latter two the next start recovers from the write-ahead log.
 *
 * @param isGone resolves to true once the process has ended, to false after the given milliseconds
 */
export async function shutDown(
  pid: number,
  isGone: (withinMilliseconds: number) => Promise<boolean>,
  bounds: ShutdownBounds = defaultBounds,
): Promise<void> {
  const steps = [
    ['SIGINT', bounds.fast],
    ['SIGQUIT', bounds.immediate],
    ['SIGKILL', bounds.killed],
  ] as const;
  for (const [signal, patience] of steps) {
    sendSignal(pid, signal);
    if (await isGone(patience)) return;
  }
  throw new EmbeddedPostgresError(`The PostgreSQL server with process id ${pid} does not end.`);
}
