import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { canAccess, EXECUTE, isRoot, READ, unprivilegedUser } from '../../../development-database/system-user';
import { hasDebianPackages, unpackDebianPackages, WrongSystemError } from '../../support/debian/debian-packages';
import type { DebianProgram } from '../../support/debian/program-of';

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
  /** @param root where the package is unpacked */
  program(root: string): DebianProgram & { readonly env?: NodeJS.ProcessEnv };
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
  const place = new Place(flavour, unpacked);
  try {
    await flavour.initialize(place.root, place.run);
    const socketPath = join(place.data, 'socket');
    await place.run('--skip-networking', `--socket=${socketPath}`, ...PERFORMANCE_SCHEMA).ready();
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
        await place.clear();
      },
    };
  } catch (error) {
    await place.clear();
    throw error;
  }
}

/** A folder for one server, and the processes in it. */
class Place {
  readonly root: string;
  readonly data: string;
  private readonly home: string;
  private readonly user = isRoot() ? unprivilegedUser : undefined;
  private readonly processes: ServerProcess[] = [];

  constructor(
    private readonly flavour: MySqlFlavour,
    unpacked: string,
  ) {
    this.home = mkdtempSync(join(tmpdir(), `${flavour.name.toLowerCase()}-`));
    chmodSync(this.home, 0o755);
    this.data = join(this.home, 'data');
    mkdirSync(this.data);
    if (this.user) chownSync(this.data, this.user.uid, this.user.gid);
    const isReachable = !this.user || canAccess(join(unpacked, 'usr'), this.user, READ | EXECUTE);
    this.root = isReachable ? unpacked : copied(unpacked, this.home);
  }

  /** Starts the server's program. */
  readonly run = (...args: string[]): ServerProcess => {
    const { command, args: first, env = {} } = this.flavour.program(this.root);
    const places = [`--basedir=${join(this.root, 'usr')}`, `--datadir=${this.data}`, `--tmpdir=${this.data}`];
    const settings = ['--no-defaults', ...places, ...SMALL_AND_FORGETFUL, ...this.flavour.settings(this.root)];
    const child = spawn(command, [...first, ...settings, ...args], {
      cwd: this.data,
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
      ...this.user,
    });
    const server = new ServerProcess(this.flavour.name, child);
    this.processes.push(server);
    return server;
  };

  async clear(): Promise<void> {
    for (const one of this.processes) await one.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** For a checkout in root's home, which the server's user cannot access. */
function copied(root: string, home: string): string {
  const copy = join(home, 'root');
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** The server's program, which is killed when this process exits. */
export class ServerProcess {
  private readonly log: string[] = [];
  private readonly ended: Promise<number | null>;
  private readonly killWithParent = () => this.child.kill('SIGKILL');

  constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin!.on('error', () => undefined); // It has ended early; its log says why.
    child.once('error', (error) => this.log.push(error.message));
    createInterface(child.stderr!).on('line', (line) => {
      if (this.log.push(line) > 20) this.log.shift();
    });
    process.once('exit', this.killWithParent);
    void this.ended.then(() => process.off('exit', this.killWithParent));
  }

  /** Its standard input. */
  get input() {
    return this.child.stdin!;
  }

  /** Waits until it has ended by itself, without an error. */
  async finished(): Promise<void> {
    if ((await this.ended) !== 0) throw this.failure('cannot create its system tables');
  }

  /** Waits until it accepts connections. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      void this.ended.then(() => reject(this.failure('does not start')));
      createInterface(this.child.stderr!).on('line', (line) => line.includes('ready for connections') && resolve());
    });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  private failure(what: string): Error {
    return new Error(`${this.name} ${what}:\n${this.log.join('\n')}`);
  }
}
