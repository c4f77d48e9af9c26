import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const POLL_MS = 50;
/** After a restart of the machine another process may have the holder's id. */
const LONGEST_HOLD_MS = 5 * 60_000;

/**
 * Does the work while no other process does: each waits for the file that the one at work holds. A holder that was
 * killed holds nothing.
 *
 * @param work gets whether the one before was killed at its work, and has left it half done
 */
export function exclusively<T>(file: string, work: (afterCrash: boolean) => T): T {
  mkdirSync(dirname(file), { recursive: true });
  let afterCrash = false;
  while (!take(file)) {
    const holder = read(file);
    if (holder === undefined) continue;
    if (isAtWork(holder)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    else afterCrash = putAside(file, holder) || afterCrash;
  }
  try {
    return work(afterCrash);
  } finally {
    rmSync(file);
  }
}

interface Holder {
  readonly pid: number;
  readonly sinceMs: number;
}

function take(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return { sinceMs: statSync(file).mtimeMs, pid: Number(readFileSync(file, 'utf8')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAtWork({ pid, sinceMs }: Holder): boolean {
  if (Date.now() - sinceMs > LONGEST_HOLD_MS) return false;
  // Just made, and not written yet.
  if (pid === 0) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Several may find the same dead holder: one of them moves its file away, and nobody the file of the next. */
function putAside(file: string, { pid }: Holder): boolean {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if (read(aside)?.pid === pid) {
    rmSync(aside);
    return true;
  }
  renameSync(aside, file);
  return false;
}
