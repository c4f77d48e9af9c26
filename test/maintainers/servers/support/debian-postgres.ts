import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../../development-database/free-port';
import type { PostgresServer } from '../../../query-timing/support/postgres';
import { unpackDebianPackages } from '../../../support/debian/debian-packages';
import { programOf, type DebianProgram } from '../../../support/debian/program-of';
import { ServerFolder } from '../../../support/debian/server-folder';

const SUPERUSER = 'postgres';

/** A version of PostgreSQL, and the release of Debian that has it. */
export interface DebianPostgres {
  readonly version: number;
  readonly suite: string;
  /** Packages with extensions. */
  readonly extensions?: readonly string[];
}

export const POSTGRES_15: DebianPostgres = { version: 15, suite: 'bookworm' };
export const POSTGRES_15_WITH_HYPOPG: DebianPostgres = { ...POSTGRES_15, extensions: ['postgresql-15-hypopg'] };
export const POSTGRES_17: DebianPostgres = { version: 17, suite: 'trixie' };
export const POSTGRES_18: DebianPostgres = { version: 18, suite: 'forky' };

const folderOf = ({ version }: DebianPostgres) => `usr/lib/postgresql/${version}`;
const binOf = (one: DebianPostgres) => join(folderOf(one), 'bin');

/** @throws PackagesUnavailableError with a line that says what to do where it is unavailable */
export async function unpackPostgres({ version, suite, extensions = [] }: DebianPostgres): Promise<string> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  return unpackDebianPackages([`postgresql-${version}`, ...extensions], { suite, log });
}

/** @param root where the package is unpacked */
export const programOfPostgres = (root: string, one: DebianPostgres): DebianProgram =>
  programOf(root, join(binOf(one), 'postgres'), one.suite);

/** A PostgreSQL with its catalogues of messages. The embedded one has none. */
export interface TranslatedPostgres extends PostgresServer {
  /** The values of `lc_messages`, such as `de.UTF-8`. */
  readonly languages: readonly string[];
}

/**
 * Starts a PostgreSQL of Debian, unpacked into the project's cache, as an ordinary user on a port of loopback.
 *
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startTranslatedPostgres(
  one: DebianPostgres,
  settings: Readonly<Record<string, string>> = {},
): Promise<TranslatedPostgres> {
  const folder = new ServerFolder('PostgreSQL', await unpackPostgres(one));
  try {
    const languages = makeLocales(folder, one);
    const data = join(folder.data, 'data');
    const initdb = initdbIn(folder, one);
    await folder.run(initdb, ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']).finished();
    const port = await freePort();
    const options = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      fsync: 'off',
      shared_preload_libraries: 'pg_stat_statements',
      ...settings,
    };
    const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const postgres = programOfPostgres(folder.root, one);
    const server = folder.run({ ...postgres, env: { LOCPATH: localesOf(folder) } }, ['-D', data, ...args]);
    await server.ready(/database system is ready to accept connections/);
    return {
      url: `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres`,
      languages,
      stop: () => folder.clear('SIGINT'),
    };
  } catch (error) {
    await folder.clear('SIGKILL');
    throw error;
  }
}

const localesOf = ({ data }: ServerFolder) => join(data, 'locales');

/**
 * Makes a locale for each catalogue of messages. Its contents do not matter: the catalogue is found by its name.
 *
 * @returns their names
 */
function makeLocales(folder: ServerFolder, { version }: DebianPostgres): string[] {
  const { root } = folder;
  mkdirSync(localesOf(folder));
  return readdirSync(join(root, 'usr/share/locale'))
    .filter((language) => existsSync(join(root, 'usr/share/locale', language, `LC_MESSAGES/postgres-${version}.mo`)))
    .map((language) => {
      const name = `${language}.UTF-8`;
      symlinkSync(join(root, 'usr/lib/locale/C.utf8'), join(localesOf(folder), name));
      return name;
    });
}

/** `initdb` starts the `postgres` beside it, which needs a loader: this one has a script beside it. */
function initdbIn(folder: ServerFolder, one: DebianPostgres): DebianProgram {
  const { root, data } = folder;
  const bin = join(data, binOf(one));
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(root, 'usr/share'), join(data, 'usr/share'));
  symlinkSync(join(root, folderOf(one), 'lib'), join(data, folderOf(one), 'lib'));
  copyFileSync(join(root, binOf(one), 'initdb'), join(bin, 'initdb'));
  const { command, args } = programOfPostgres(root, one);
  const words = [command, ...args].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'postgres'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return programOf(root, join(bin, 'initdb'), one.suite);
}
