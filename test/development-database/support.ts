import { fork, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import {
  resetEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../development-database';
import { layoutOf } from '../../development-database/layout';
import { readPostmasterFile } from '../../development-database/postmaster';

export const projectRoot = join(__dirname, '..', '..');
export const isRoot = process.getuid?.() === 0;

/** These databases live for seconds: nothing is lost when the machine fails. */
export const inHaste = { fsync: 'off' } as const;

const scratchFolders: string[] = [];
const servers: EmbeddedPostgres[] = [];

/** A folder that every user may pass through, as a checkout usually is, removed by `cleanUp`. */
export function scratchFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-postgres-test-'));
  chmodSync(folder, mode);
  scratchFolders.push(folder);
  return folder;
}

export async function start(directory: string, options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, settings: inHaste, ...options });
  servers.push(server);
  return server;
}

export async function cleanUp(directories: readonly string[]): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const directory of directories) await resetEmbeddedPostgres({ directory });
  for (const folder of scratchFolders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export async function query<Row extends QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new Client(url);
  // A server that is shut down under an open session reports it a second time, as an event.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Polls for what happens in processes that are not children of this one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

export function serverPid(directory: string): number {
  const pid = readPostmasterFile(layoutOf(directory))?.pid;
  if (!pid) throw new Error(`no server has written its process id in ${directory}`);
  return pid;
}

export interface OwnerProcess {
  readonly process: ChildProcess & { readonly pid: number };
  /** Resolves to the next message of the process, or rejects when it ends before. */
  message<T>(): Promise<T>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>;
}

/** A process that starts a server and then follows orders; see `owner.process.ts`. */
export function ownerProcess(directory: string): OwnerProcess {
  const child = fork(join(__dirname, 'owner.process.ts'), [directory], {
    cwd: projectRoot,
    execArgv: ['--require', 'tsx/cjs'],
    detached: true,
  }) as ChildProcess & { pid: number };
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    process: child,
    ended,
    message: <T>() =>
      new Promise<T>((resolve, reject) => {
        child.once('message', (message) => resolve(message as T));
        void ended.then(() => reject(new Error('the process ended without a message')));
      }),
  };
}
