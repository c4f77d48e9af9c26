import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, createReadStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection, type Connection } from 'mysql2/promise';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { canAccess, EXECUTE, isRoot, READ, unprivilegedUser } from '../../../development-database/system-user';
import {
  hasDebianPackages,
  PackagesUnavailableError,
  unpackDebianPackages,
} from '../../support/debian/debian-packages';

const DATABASE = 'timing';
const SYSTEM_TABLES = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
/** Turns off what protects data from a power failure, and what large databases need. */
const SMALL_AND_FORGETFUL = [
  '--innodb-flush-method=nosync',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=8M',
  '--innodb-use-native-aio=0',
];

/** A MariaDB for one test file, which ends with the process that started it. */
export interface TestMariaDb {
  /** The superuser. */
  readonly admin: Connection;
  dataSource(more?: Partial<DataSourceOptions>): DataSource;
  /** For drivers that connect themselves. */
  readonly credentials: { readonly socketPath: string; readonly username: string; readonly database: string };
  stop(): Promise<void>;
}

/**
 * Starts Debian's MariaDB, unpacked into the project's cache, as an ordinary user and on a socket only: it opens no
 * port. It records every finished statement, with its error, in `performance_schema`.
 *
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startMariaDb(): Promise<TestMariaDb> {
  const root = await mariaDbPackage();
  const home = mkdtempSync(join(tmpdir(), 'mariadb-'));
  const data = join(home, 'data');
  chmodSync(home, 0o755);
  mkdirSync(data);
  const user = isRoot() ? unprivilegedUser : undefined;
  if (user) chownSync(data, user.uid, user.gid);
  const usr = user && !canAccess(join(root, 'usr'), user, READ | EXECUTE) ? copied(root, home) : join(root, 'usr');

  const spawned = (...args: string[]) =>
    spawn(
      join(usr, 'sbin/mariadbd'),
      ['--no-defaults', `--basedir=${usr}`, `--datadir=${data}`, `--tmpdir=${data}`, ...SMALL_AND_FORGETFUL, ...args],
      {
        cwd: data,
        env: { LD_LIBRARY_PATH: join(usr, `lib/${arch() === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`) },
        stdio: ['pipe', 'ignore', 'pipe'],
        ...user,
      },
    );

  await bootstrap(spawned('--bootstrap', '--skip-networking'), join(usr, 'share/mysql'));
  const socketPath = join(data, 'socket');
  const server = spawned(
    '--skip-networking',
    `--socket=${socketPath}`,
    '--performance-schema=ON',
    '--performance-schema-consumer-events-statements-current=ON',
    '--performance-schema-consumer-events-statements-history-long=ON',
    '--performance-schema-events-statements-history-long-size=20000',
  );
  const dieToo = () => server.kill('SIGKILL');
  process.once('exit', dieToo);
  await ready(server);
  const admin = await createConnection({ socketPath, user: 'root' });
  const credentials = { socketPath, username: 'root', database: DATABASE };
  return {
    admin,
    credentials,
    dataSource: (more = {}) => new DataSource({ type: 'mariadb', ...credentials, ...more } as DataSourceOptions),
    stop: async () => {
      await admin.end();
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGTERM');
      await ended;
      process.off('exit', dieToo);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function mariaDbPackage(): Promise<string> {
  if (!hasDebianPackages()) {
    throw new PackagesUnavailableError(
      "MariaDB is tested with Debian's own server, which needs apt-get, dpkg-deb and flock: run these tests on Debian or " +
        'Ubuntu, or in a container with one of them.',
    );
  }
  return unpackDebianPackages(['mariadb-server-core'], {
    withLibraries: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

/** For a checkout in root's home, which the server's user cannot access. */
function copied(root: string, home: string): string {
  const usr = join(home, 'usr');
  cpSync(join(root, 'usr'), usr, { recursive: true });
  return usr;
}

/** Creates the system tables and the tests' database. */
async function bootstrap(server: ChildProcess, scripts: string): Promise<void> {
  const log = logOf(server);
  const ended = new Promise((resolve) => server.once('close', resolve));
  server.stdin!.on('error', () => undefined); // It has ended early; its log says why.
  server.stdin!.write(`CREATE DATABASE mysql;\nCREATE DATABASE ${DATABASE};\nUSE mysql;\n`);
  for (const script of SYSTEM_TABLES) {
    for await (const chunk of createReadStream(join(scripts, script))) server.stdin!.write(chunk);
  }
  server.stdin!.end();
  if ((await ended) !== 0) throw new Error(`MariaDB cannot make its system tables:\n${log().join('\n')}`);
}

async function ready(server: ChildProcess): Promise<void> {
  const log = logOf(server);
  await new Promise<void>((resolve, reject) => {
    server.once('close', () => reject(new Error(`MariaDB does not start:\n${log().join('\n')}`)));
    createInterface(server.stderr!).on('line', (line) => line.includes('ready for connections') && resolve());
  });
}

function logOf(server: ChildProcess): () => readonly string[] {
  const lines: string[] = [];
  createInterface(server.stderr!).on('line', (line) => {
    if (lines.push(line) > 20) lines.shift();
  });
  server.once('error', (error) => lines.push(error.message));
  return () => lines;
}
