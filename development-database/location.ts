import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { layoutOf, type Layout } from './layout';
import { canAccess, EXECUTE, isRoot, ownerOf, unprivilegedUser, type SystemUser } from './system-user';

export interface Location extends Layout {
  /** Whom the server runs as; undefined for the user of this process. */
  readonly serverUser: SystemUser | undefined;
  /** True when everything is kept outside the asked-for directory because the server's user cannot get there. */
  readonly displaced: boolean;
}

/** EMBEDDED_POSTGRES_DIRECTORY, or `.data/postgres` in the checkout. */
function defaultDirectory(): string {
  return process.env.EMBEDDED_POSTGRES_DIRECTORY || join(__dirname, '..', '.data', 'postgres');
}

/** The path with its links resolved, as far as it exists. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realPath(dirname(path)), basename(path));
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function displacedHome(directory: string): string {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const base = ['/var/tmp', tmpdir()].find((path) => existsSync(path) && canAccess(path, unprivilegedUser, EXECUTE));
  if (!base) {
    throw new EmbeddedPostgresError(
      `Root cannot run PostgreSQL, and no other user can reach ${directory}, /var/tmp or ${tmpdir()}: ` +
        'set DATABASE_URL to use your own PostgreSQL.',
    );
  }
  return join(realpathSync(base), `embedded-postgres-${hash}`);
}

/**
 * Decides where everything is, without creating anything. The result depends on the directory alone, so that data is found
 * again: root falls back to a folder named after the directory when the server's user cannot reach the directory itself.
 */
export function locate(directory: string = defaultDirectory()): Location {
  const wanted = realPath(resolve(directory));
  if (!isRoot()) return { ...layoutOf(wanted), serverUser: undefined, displaced: false };

  // Data that an ordinary user made in the checkout stays that user's, also when root starts the server.
  const dataOwner = ownerOf(layoutOf(wanted).data);
  const serverUser = dataOwner && dataOwner.uid !== 0 ? dataOwner : unprivilegedUser;
  if (canAccess(nearestExisting(wanted), serverUser, EXECUTE)) {
    return { ...layoutOf(wanted), serverUser, displaced: false };
  }
  return { ...layoutOf(displacedHome(wanted)), serverUser: unprivilegedUser, displaced: true };
}

/** Creates a folder with exactly this mode, whatever the umask; an existing one is left unchanged. */
function makeDirectory(path: string, mode: number): void {
  try {
    mkdirSync(path);
    chmodSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function makeParents(path: string): void {
  const parent = dirname(path);
  if (existsSync(parent)) return;
  makeParents(parent);
  makeDirectory(parent, 0o755);
}

/**
 * Creates the folder and refuses one that belongs to another user. In a shared folder such as /var/tmp any user may have
 * created it first, so a link, or a folder that others can write to, is refused as well.
 */
export function prepareHome({ home, serverUser, displaced }: Location): void {
  try {
    makeParents(home);
    makeDirectory(home, serverUser ? 0o711 : 0o700);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The folder ${home} for the embedded PostgreSQL cannot be created (${(error as Error).message}): ` +
        'give write permission, or set DATABASE_URL to use your own PostgreSQL.',
    );
  }
  const stats = displaced ? lstatSync(home) : statSync(home);
  const user = process.getuid?.();
  const belongsToAnother = stats.uid !== user && (displaced || user !== 0);
  if (user !== undefined && (!stats.isDirectory() || belongsToAnother || (displaced && (stats.mode & 0o022) !== 0))) {
    throw new EmbeddedPostgresError(
      `${home} is not a folder of this user alone (user id ${stats.uid} owns it, ${user} runs this process): ` +
        'remove it, run as its owner, or set DATABASE_URL to use your own PostgreSQL.',
    );
  }
}
