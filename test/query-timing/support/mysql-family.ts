import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { hasDebianPackages, unpackDebianPackages, WrongSystemError } from '../../support/debian/debian-packages';
import { programOf, type DebianProgram } from '../../support/debian/program-of';
import { ServerFolder } from '../../support/debian/server-folder';
import type { ServerProcess } from '../../support/debian/server-process';

const DATABASE = 'timing';
/** Turns off what protects data from a power failure, and what large databases need. */
const SMALL_AND_FORGETFUL = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-buffer-pool-size=32M',
  '--innodb-use-native-aio=0',
];
const PERFORMANCE_SCHEMA = [
  '--performance-schema=ON',
  '--performance-schema-consumer-events-statements-current=ON',
  '--performance-schema-consumer-events-statements-history-long=ON',
  '--performance-schema-events-statements-history-long-size=20000',
];

/** MySQL, or a release of MariaDB. */
export interface MySqlFlavour {
  readonly name: 'MariaDB' | 'MySQL';
  /** The Debian package, and the release of Debian that has it; by default the machine's own. */
  readonly package: string;
  readonly suite?: string;
  /** In the package. */
  readonly program: string;
  /** Folders with further libraries. */
  readonly libraries?: readonly string[];
  /** Without it, the server records statements. */
  readonly performanceSchema?: false;
  /** @param root where the package is unpacked */
  settings(root: string): readonly string[];
  /**
   * Creates the system tables.
   * @param run starts the server's program
   */
  initialize(root: string, run: (...args: string[]) => ServerProcess): Promise<void>;
}

/** A server for one test file, which ends with the process that started it. */
export interface TestMySql {
  readonly name: MySqlFlavour['name'];
  /** Such as `11.8.9`. */
  readonly version: string;
  /** The superuser. */
  readonly admin: Connection;
  dataSource(more?: Partial<DataSourceOptions>): DataSource;
  /** For drivers that connect themselves. */
  readonly credentials: { readonly socketPath: string; readonly username: string; readonly database: string };
  stop(): Promise<void>;
}

/**
 * Unpacks the server into the project's cache.
 *
 * @returns the folder that corresponds to `/`
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function unpackMySql(flavour: MySqlFlavour): Promise<string> {
  if (!hasDebianPackages()) {
    throw new WrongSystemError(
      `${flavour.name} is tested with Debian's own server, which needs apt-get, dpkg-deb and flock: run these tests on ` +
        'Debian or Ubuntu, or in a container with one of them.',
    );
  }
  return unpackDebianPackages([flavour.package], {
    withLibraries: true,
    suite: flavour.suite,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

/**
 * Starts Debian's server, unpacked into the project's cache, as an ordinary user and on a socket only: it opens no port.
 * It records every finished statement, with its error, in `performance_schema`.
 *
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startMySql(flavour: MySqlFlavour): Promise<TestMySql> {
  const unpacked = await unpackMySql(flavour);
  const folder = new ServerFolder(flavour.name, unpacked);
  const { root, data } = folder;
  const program = programOfMySql(flavour, root);
  const places = [`--basedir=${join(root, 'usr')}`, `--datadir=${data}`, `--tmpdir=${data}`];
  const settings = ['--no-defaults', ...places, ...SMALL_AND_FORGETFUL, ...flavour.settings(root)];
  const run = (...args: string[]) => folder.run(program, [...settings, ...args]);
  try {
    await flavour.initialize(root, run);
    const socketPath = join(data, 'socket');
    const recording = flavour.performanceSchema === false ? ['--performance-schema=OFF'] : PERFORMANCE_SCHEMA;
    await run('--skip-networking', `--socket=${socketPath}`, ...recording).ready(/ready for connections/);
    const admin = await createConnection({ socketPath, user: 'root' });
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    const [versions] = await admin.query<RowDataPacket[]>('SELECT VERSION() AS version');
    const credentials = { socketPath, username: 'root', database: DATABASE };
    const type = flavour.name.toLowerCase();
    return {
      name: flavour.name,
      version: /^[\d.]+/.exec(String(versions[0]!['version']))![0],
      admin,
      credentials,
      dataSource: (more = {}) => new DataSource({ type, ...credentials, ...more } as DataSourceOptions),
      stop: async () => {
        await admin.end();
        await folder.clear();
      },
    };
  } catch (error) {
    await folder.clear();
    throw error;
  }
}

/** @param root where the package is unpacked */
export const programOfMySql = ({ program, suite, libraries }: MySqlFlavour, root: string): DebianProgram =>
  programOf(root, program, suite, libraries);
