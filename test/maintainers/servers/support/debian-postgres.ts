import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../../development-database/free-port';
import type { PostgresServer } from '../../../query-timing/support/postgres';
import { unpackDebianPackages } from '../../../support/debian/debian-packages';
import { programOf, type DebianProgram } from '../../../support/debian/program-of';
import { ServerFolder } from '../../../support/debian/server-folder';

const SUITE = 'trixie';
const BIN = 'usr/lib/postgresql/17/bin';
const SUPERUSER = 'postgres';
/** @throws PackagesUnavailableError with a line that says what to do where it is unavailable */
export async function unpackPostgres(): Promise<string> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  return unpackDebianPackages(['postgresql-17'], { suite: SUITE, log });
}

/** @param root where the package is unpacked */
export const programOfPostgres = (root: string): DebianProgram => programOf(root, join(BIN, 'postgres'), SUITE);

/** A PostgreSQL with its catalogues of messages. The embedded one has none. */
export interface TranslatedPostgres extends PostgresServer {
  /** The values of `lc_messages`, such as `de.UTF-8`. */
  readonly languages: readonly string[];
}

/**
 * Starts Debian's PostgreSQL 17, unpacked into the project's cache, as an ordinary user on a port of loopback.
 *
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startTranslatedPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<TranslatedPostgres> {
  const folder = new ServerFolder('PostgreSQL', await unpackPostgres());
  try {
    const languages = makeLocales(folder);
    const data = join(folder.data, 'data');
    const initdb = initdbIn(folder);
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
    const postgres = programOfPostgres(folder.root);
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
function makeLocales(folder: ServerFolder): string[] {
  const { root } = folder;
  mkdirSync(localesOf(folder));
  return readdirSync(join(root, 'usr/share/locale'))
    .filter((language) => existsSync(join(root, 'usr/share/locale', language, 'LC_MESSAGES/postgres-17.mo')))
    .map((language) => {
      const name = `${language}.UTF-8`;
      symlinkSync(join(root, 'usr/lib/locale/C.utf8'), join(localesOf(folder), name));
      return name;
    });
}

/** `initdb` starts the `postgres` beside it, which needs a loader: this one has a script beside it. */
function initdbIn(folder: ServerFolder): DebianProgram {
  const { root, data } = folder;
  const bin = join(data, BIN);
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(root, 'usr/share'), join(data, 'usr/share'));
  symlinkSync(join(root, 'usr/lib/postgresql/17/lib'), join(data, 'usr/lib/postgresql/17/lib'));
  copyFileSync(join(root, BIN, 'initdb'), join(bin, 'initdb'));
  const { command, args } = programOfPostgres(root);
  const words = [command, ...args].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'postgres'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return programOf(root, join(bin, 'initdb'), SUITE);
}
