import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { basename } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import type { SystemUser } from './system-user';

/**
 * The environment of every PostgreSQL program: English messages, and nothing of this process. Variables such as
 * PGPORT would change what the programs do, LD_LIBRARY_PATH would replace the libraries they come with, and they need no secrets.
 */
export const postgresEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  SystemRoot: process.env['SystemRoot'],
  TEMP: process.env['TEMP'],
  LC_ALL: 'C',
  TZ: 'UTC',
};

const MAX_KEPT_OUTPUT = 8_000;

export interface SpawnOptions {
  readonly cwd: string;
  readonly user: SystemUser | undefined;
  readonly stdio: StdioOptions;
}

/**
 * Starts a PostgreSQL program and resolves once it runs. It leads its own process group: a Ctrl-C in the terminal
 * reaches this process only, which then decides how to stop the program.
 *
 * @throws EmbeddedPostgresError (as a rejection) when the file is there, but this system or user cannot run it: another
 * C library, a mount without execution, a user id that the container does not have
 */
export async function spawnProgram(
  file: string,
  args: readonly string[],
  { cwd, user, stdio }: SpawnOptions,
): Promise<ChildProcess & { readonly pid: number }> {
  try {
    const child = spawn(file, args, {
      cwd,
      ...user,
      env: postgresEnvironment,
      stdio,
      detached: true,
      windowsHide: true,
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child as typeof child & { pid: number };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${file} cannot be run here (${(error as Error).message}): set DATABASE_URL to use your own PostgreSQL.`,
    );
  }
}

export interface RunOptions {
  readonly cwd: string;
  readonly user: SystemUser | undefined;
  readonly input?: string;
  readonly signal: AbortSignal | undefined;
}

/** Runs a program to its end; an exit code other than 0 rejects with the program's output. */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { cwd, user, input, signal } = options;
  signal?.throwIfAborted();
  const child = await spawnProgram(file, args, { cwd, user, stdio: 'pipe' });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-MAX_KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  // A program that ends early closes its input; its exit code says why.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);

  const abort = (): void => killWithChildren(child);
  const ended = new Promise<string | number | null>((resolve) => {
    child.once('close', (code, endedBy) => resolve(code ?? endedBy));
  });
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const outcome = await ended;
  signal?.removeEventListener('abort', abort);

  signal?.throwIfAborted();
  if (outcome !== 0) throw new EmbeddedPostgresError(`${basename(file)} failed (${outcome}):\n${output.trim()}`);
}

function killWithChildren(child: ChildProcess): void {
  if (child.pid && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
  else child.kill('SIGKILL');
}
