import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';

/** A holder renews its lock more often; the lock of a holder that was killed expires after that time. */
const STALE_MS = 10_000;
const RETRY = { forever: true, minTimeout: 50, maxTimeout: 250 } as const;

/** Does the work while no other process holds the lock of this file. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const release = await lock(file, { realpath: false, stale: STALE_MS, retries: RETRY });
  try {
    return await work();
  } finally {
    await release();
  }
}
