import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionUrls, readCredentials } from './cluster';
import { locate, prepareHome } from './location';
import { claim } from './ownership';
import { findPostmaster, stopLeftOver } from './postmaster';
import { ownerOf } from './system-user';

export interface DirectoryOption {
  /** The directory given to the start; `.data/postgres` under the project root unless given. */
  readonly directory?: string;
}

/**
 * The connection strings of the server that runs in a directory, whichever process started it; undefined when none runs.
 *
 * @throws EmbeddedPostgresError when it belongs to another user
 */
export function findEmbeddedPostgres({ directory }: DirectoryOption = {}):
  { url: string; adminUrl: string } | undefined {
  const location = locate(directory);
  const postmaster = findPostmaster(location);
  return postmaster?.ready ? connectionUrls(readCredentials(location), postmaster.port) : undefined;
}

/** Only what the supervisor itself makes is ever removed: a mistyped directory must not delete other files. */
const isOurs = (name: string): boolean =>
  /^(cluster$|cluster\.partial-|binaries-|server\.log$|owner\.json\.partial-)/.test(name);

/**
 * Removes all data of a directory, after ending a server that an earlier run left; the next start creates it again.
 *
 * @returns the folder that was emptied, or undefined when there was nothing
 * @throws EmbeddedPostgresError (as a rejection) when a living process owns the directory
 */
export async function resetEmbeddedPostgres({ directory }: DirectoryOption = {}): Promise<string | undefined> {
  const location = locate(directory);
  if (!ownerOf(location.home)) return undefined;
  prepareHome(location);
  const release = claim(location);
  try {
    await stopLeftOver(location);
    for (const name of await readdir(location.home)) {
      if (isOurs(name)) await rm(join(location.home, name), { recursive: true, force: true, maxRetries: 3 });
    }
  } finally {
    release();
  }
  await rmdir(location.home).catch(() => undefined);
  return location.home;
}
