import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, constants, cp, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { PARTIAL } from './layout';
import { canAccess, EXECUTE, READ, type SystemUser } from './system-user';

export interface PostgresPackage {
  readonly root: string;
  readonly version: string;
  readonly majorVersion: string;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the package with the binaries for a platform. It is an optional dependency and resolved only here, so that an
 * installation without it works with a DATABASE_URL.
 *
 * @throws EmbeddedPostgresError when it is not installed
 */
export function locatePackage(platform: string = process.platform, arch: string = process.arch): PostgresPackage {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL is not installed (no package ${name}): run npm ci with optional dependencies on a ` +
        'platform that has one, or set DATABASE_URL to use your own PostgreSQL.',
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version, majorVersion: version.split('.', 1)[0] ?? '' };
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot carry links; these are the ones the libraries need, which an install script may or may not make. */
function missingLinks(root: string): LibraryLink[] {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return (JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[]).filter(
    ({ target }) => !existsSync(join(root, target)),
  );
}

async function makeLinks(root: string): Promise<void> {
  for (const { source, target } of missingLinks(root)) {
    await symlink(relative(dirname(target), source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** One file or folder of each kind stands for the rest, which one installation wrote with one umask. */
function usableBy(root: string, user: SystemUser): boolean {
  const can = (path: string, bits: number): boolean => canAccess(join(root, 'native', path), user, bits);
  return (
    can('bin/postgres', READ | EXECUTE) &&
    can('bin/initdb', READ | EXECUTE) &&
    can('lib/postgresql', READ | EXECUTE) &&
    can('share/postgresql/postgres.bki', READ)
  );
}

/** Everyone may use a copy, and its owner may add to it: the original's modes may say otherwise on both counts. */
async function openUp(path: string): Promise<void> {
  const { mode } = await stat(path);
  await chmod(path, mode | 0o644 | (mode & 0o100 ? 0o111 : 0));
}

/** Copies the binaries to where the server's user can use them, completely or not at all. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const partial = `${to}${PARTIAL}${randomUUID()}`;
  await mkdir(partial);
  await cp(join(from, 'native'), join(partial, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  });
  await openUp(partial);
  for (const entry of await readdir(partial, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await openUp(join(entry.parentPath, entry.name));
  }
  await makeLinks(partial);
  await rename(partial, to);
}

/**
 * Makes the package's binaries usable for the server's user: in place where that is possible, otherwise in a copy in the
 * given folder (a checkout that only root can enter, a read-only node_modules without the links).
 */
export async function prepareBinaries(
  { root, version }: PostgresPackage,
  home: string,
  user: SystemUser | undefined,
): Promise<Binaries> {
  const copy = join(home, `binaries-${version}`);
  const linked = await makeLinks(root).then(
    () => true,
    () => false,
  );
  const inPlace = linked && (!user || usableBy(root, user));
  for (const name of await readdir(home)) {
    if (!name.startsWith('binaries-') || (!inPlace && name === basename(copy))) continue;
    // Of another version, or not finished: it only takes up room, so a start does not fail for it.
    await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
  if (!inPlace && !existsSync(copy)) await copyBinaries(root, copy);
  const bin = join(inPlace ? root : copy, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(bin, `initdb${suffix}`), postgres: join(bin, `postgres${suffix}`) };
}
