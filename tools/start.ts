import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { constants } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres, type EmbeddedPostgres } from '../development-database';
import { Command } from 'commander';
import { CommandError, run } from './command-line';
import { buildWhenStale, projectRoot, serviceEntry } from './service-process/build';
import { endGroup } from './service-process/process-group';

/** A Ctrl-C may arrive several times, from the terminal and from npm. Signals within this window count as one. */
const DUPLICATE_SIGNAL_WINDOW_MS = 500;
const PARENT_CHECK_MS = 500;
const REMINDER_MS = 1_000;
const isWindows = process.platform === 'win32';

const preload = ['--require', join(__dirname, 'service-process/ends-with-its-parent.cjs')];
const service = [...preload, '--enable-source-maps', serviceEntry];
const watchedService = [...preload, join(projectRoot, 'node_modules/@nestjs/cli/bin/nest.js'), 'start', '--watch'];

/**
 * `npm start` and `npm run dev`: builds and runs the service, on the development database unless DATABASE_URL is set.
 * The database outlives the service, so that the service can finish its requests and `nest start --watch` can reload it.
 */
class Launcher {
  private readonly stopping = new AbortController();
  private stoppingSince = 0;
  private child: ChildProcess | undefined;

  /** @returns the exit code of the service */
  async run(watch: boolean): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.stop);
    if (process.env.npm_lifecycle_event) whenOrphaned(() => this.stop('SIGTERM'));
    try {
      if (!watch) await buildWhenStale((line) => console.log(line));
      const database = await this.startDatabase();
      try {
        return await this.runService(watch ? watchedService : service, database);
      } finally {
        if (this.child?.pid !== undefined && !isWindows) await endGroup(this.child.pid);
        await database?.stop();
      }
    } catch (error) {
      if (this.stopping.signal.aborted) return 0;
      console.error(error instanceof EmbeddedPostgresError || error instanceof CommandError ? error.message : error);
      return 1;
    }
  }

  /** In production a missing DATABASE_URL is a mistake, which the service reports. */
  private async startDatabase(): Promise<EmbeddedPostgres | undefined> {
    if (process.env.DATABASE_URL || process.env.NODE_ENV === 'production') return undefined;
    return startEmbeddedPostgres({ log: (line) => console.log(line), signal: this.stopping.signal });
  }

  /** Runs it with this terminal as its output, but in its own process group: a Ctrl-C reaches it through `stop` only. */
  private async runService(args: readonly string[], database: EmbeddedPostgres | undefined): Promise<number> {
    this.stopping.signal.throwIfAborted();
    const settings = database && {
      DATABASE_URL: database.url,
      DEVELOPMENT_DATABASE_PID: String(database.pid),
      // It has no TLS, whatever the shell has set for other databases.
      PGSSLMODE: 'disable',
    };
    const child = spawn(process.execPath, args, {
      cwd: projectRoot,
      env: { ...process.env, ...settings },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: !isWindows,
    });
    this.child = child;
    return new Promise((ended, failed) => {
      child.once('error', failed);
      // A signal that comes before the service handles it ends the service, which is then stopped as asked for.
      const killed = (signal: NodeJS.Signals) => (this.stopping.signal.aborted ? 0 : 128 + constants.signals[signal]);
      child.once('exit', (code, signal) => ended(signal ? killed(signal) : (code ?? 0)));
    });
  }

  /** The service decides how it stops; a second Ctrl-C makes it exit immediately. */
  private readonly stop = (signal: NodeJS.Signals): void => {
    const isFirst = this.stoppingSince === 0;
    if (isFirst) this.stoppingSince = Date.now();
    else if (Date.now() - this.stoppingSince < DUPLICATE_SIGNAL_WINDOW_MS) return;
    this.stopping.abort(new Error('stopped while starting'));
    if (this.child) {
      this.pass(signal);
      // nest that gets a signal while it reloads starts the service again. The service takes the first SIGTERM only.
      if (isFirst && !isWindows) setInterval(() => this.pass('SIGTERM'), REMINDER_MS).unref();
    } else if (!isFirst) process.exit(130);
  };

  private pass(signal: NodeJS.Signals): void {
    // Windows sends a Ctrl-C to every process of the console by itself, and takes a kill literally.
    if (isWindows && signal === 'SIGINT') return;
    this.child?.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  }
}

/**
 * npm sends a SIGTERM to the shell that it started this process with. The shell ends and passes nothing on, so the loss of
 * the parent process counts as a SIGTERM.
 */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS);
  timer.unref();
}

async function start({ watch = false }: { readonly watch?: boolean }): Promise<void> {
  if (watch) {
    // A reload must not wait for traffic to be routed elsewhere.
    process.env.SHUTDOWN_DRAIN_MS ??= '0';
    if (process.env.NODE_ENV !== 'production') process.env.AUTH_DEVELOPMENT_KEY ||= newSigningKey();
  }
  process.exitCode = await new Launcher().run(watch);
}

/** Tokens that were signed before a reload are valid after it. */
function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}

void run(
  new Command('start')
    .description(
      'Builds the service if its sources have changed, and runs it: on the development database unless DATABASE_URL is set. ' +
        'Settings are environment variables: docs/guides/CONFIGURATION.md.',
    )
    .option('--watch', 'build and run it again after each change, as npm run dev does')
    .action(start),
);
