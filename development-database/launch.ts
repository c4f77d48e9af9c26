import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import type { Location } from './location';
import { readPostmasterFile } from './postmaster';
import { spawnProgram } from './run';
import { lastLines, openServerLog } from './server-log';
import { settingArguments } from './settings';
import { sendSignal, shutDown, type ShutdownBounds } from './shutdown';

/** Crash recovery after much writing takes its time. */
const START_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 10;
const ATTEMPTS = 5;

export interface LaunchOptions {
  readonly location: Location;
  /** Path of the program. */
  readonly postgres: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly choosePort: () => Promise<number>;
}

/** A server that this process started. It is killed, at the latest, when this process exits in an orderly way. */
export class RunningServer {
  private readonly ended: Promise<void>;
  private hasEnded = false;
  private stopping = false;
  private readonly killAtExit = (): void => this.quit();

  constructor(
    private readonly child: ChildProcess & { readonly pid: number },
    readonly port: number,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', () => {
        this.hasEnded = true;
        process.removeListener('exit', this.killAtExit);
        resolve();
      });
    });
    process.on('exit', this.killAtExit);
    // A program that has finished must not hang because it did not stop its server.
    child.unref();
  }

  get pid(): number {
    return this.child.pid;
  }

  get running(): boolean {
    return !this.hasEnded;
  }

  /** Calls back when the server ends without `stop` or `quit`. */
  onUnexpectedEnd(report: () => void): void {
    void this.ended.then(() => {
      if (!this.stopping) report();
    });
  }

  async stop(bounds?: ShutdownBounds): Promise<void> {
    this.stopping = true;
    if (this.hasEnded) return;
    this.child.ref();
    await shutDown(this.pid, (withinMilliseconds) => this.endsWithin(withinMilliseconds), bounds);
  }

  /** Requests an immediate shutdown, which the server carries out by itself. */
  quit(): void {
    this.stopping = true;
    if (!this.hasEnded) sendSignal(this.pid, 'SIGQUIT');
  }

  private async endsWithin(milliseconds: number): Promise<boolean> {
    const cancel = new AbortController();
    const patience = delay(milliseconds, false, { signal: cancel.signal }).catch(() => false);
    const gone = await Promise.race([this.ended.then(() => true), patience]);
    cancel.abort();
    return gone;
  }
}

async function startProcess(options: LaunchOptions, port: number): Promise<RunningServer> {
  const { location, postgres, settings } = options;
  const log = openServerLog(location.serverLog);
  try {
    const child = await spawnProgram(postgres, ['-D', location.data, ...settingArguments(settings, port)], {
      cwd: location.home,
      user: location.serverUser,
      // A file rather than a pipe: a server whose owner was killed must be able to go on writing.
      stdio: ['ignore', log, log],
    });
    return new RunningServer(child, port);
  } finally {
    closeSync(log);
  }
}

/** Resolves to true when the server accepts connections, to false when it has ended before. */
async function becomesReady(server: RunningServer, { location, signal }: LaunchOptions): Promise<boolean> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (server.running) {
    signal?.throwIfAborted();
    const postmaster = readPostmasterFile(location);
    if (postmaster?.pid === server.pid && postmaster.ready) return true;
    if (performance.now() > end) {
      throw new EmbeddedPostgresError(
        `PostgreSQL is not ready after ${START_TIMEOUT_MS / 1000} s. ${lastLines(location.serverLog)}`,
      );
    }
    await delay(READY_POLL_MS);
  }
  return false;
}

/** Starts the server and waits until it accepts connections; when the port has been taken meanwhile, it tries another one. */
export async function launch(options: LaunchOptions): Promise<RunningServer> {
  const { location, choosePort } = options;
  for (let attempt = 1; ; attempt += 1) {
    const server = await startProcess(options, await choosePort());
    try {
      if (await becomesReady(server, options)) return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
    const said = lastLines(location.serverLog);
    // The second: sessions of a killed server end a little after it, and meanwhile hold its shared memory.
    const passes = /could not create any TCP\/IP sockets|pre-existing shared memory block/.test(said);
    if (!passes || attempt === ATTEMPTS) {
      throw new EmbeddedPostgresError(`PostgreSQL does not start; set DATABASE_URL to use your own. ${said}`);
    }
    await delay(100 * attempt);
  }
}
