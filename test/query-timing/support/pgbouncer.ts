import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { freePort } from '../../../development-database/free-port';
import { unpackDebianPackages } from '../../support/debian/debian-packages';
import { programOf, type DebianProgram } from '../../support/debian/program-of';
import { ServerFolder } from '../../support/debian/server-folder';
import type { ServerProcess } from '../../support/debian/server-process';

const ADMIN = 'pgbouncer_admin';
/** If root writes it, PgBouncer's user reads it. */
const FOR_ALL = { mode: 0o644 };

/** A PgBouncer in front of one database, which ends with the process that started it. */
export interface TestPgBouncer {
  /** Such as `1.24.1`. */
  readonly version: string;
  /** A restart replaces it. */
  readonly pid: number;
  /** Of the database through the PgBouncer. */
  readonly url: string;
  /** Its console: SHOW, KILL, RESUME and the like, without parameters. A restart replaces it. */
  readonly console: Client;
  /** Connects to the database through the PgBouncer. */
  dataSource(more?: Partial<DataSourceOptions>): DataSource;
  /** Ends it and all connections, without waiting for what they do. */
  halt(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PgBouncerOptions {
  /** A release of Debian: `trixie` has PgBouncer 1.24, `forky` 1.26. Default: the machine's own release; Debian 12 has 1.18 */
  readonly suite?: string;
  /** Lines of its file, such as `{ query_timeout: 1 }`. Default: transaction pooling */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** @throws PackagesUnavailableError with a line that says what to do where it is unavailable */
export async function unpackPgBouncer(suite?: string): Promise<string> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  return unpackDebianPackages(['pgbouncer'], { withLibraries: true, suite, log });
}

/** @param root where the package is unpacked */
export const programOfPgBouncer = (root: string, suite?: string): DebianProgram =>
  programOf(root, 'usr/sbin/pgbouncer', suite);

/**
 * Starts Debian's PgBouncer, unpacked into the project's cache, as an ordinary user on a port of loopback.
 *
 * @param database URL of the database, with the role that connects through the PgBouncer and its password
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startPgBouncer(
  database: string,
  { suite, settings = {} }: PgBouncerOptions = {},
): Promise<TestPgBouncer> {
  const unpacked = await unpackPgBouncer(suite);
  const folder = new ServerFolder('PgBouncer', unpacked);
  const target = new URL(database);
  const port = await freePort();
  const configuration = join(folder.data, 'pgbouncer.ini');
  const users = join(folder.data, 'users');
  writeFileSync(users, `"${target.username}" "${target.password}"\n"${ADMIN}" ""\n`, FOR_ALL);
  writeFileSync(configuration, configurationOf(target, port, users, settings), FOR_ALL);
  const program = programOfPgBouncer(folder.root, suite);
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  let process: ServerProcess;
  let version = '';
  let console: Client;
  const start = async (): Promise<void> => {
    process = folder.run(program, [configuration]);
    [, version = ''] = await process.ready(/process up: PgBouncer ([\d.]+)/);
    console = new Client({ host: '127.0.0.1', port, user: ADMIN, database: 'pgbouncer' });
    console.on('error', () => undefined); // It ends with its PgBouncer.
    await console.connect();
  };
  try {
    await start();
    return {
      version,
      url: url.href,
      get pid() {
        return process.pid;
      },
      get console() {
        return console;
      },
      dataSource: (more = {}) => new DataSource({ type: 'postgres', url: url.href, ...more } as DataSourceOptions),
      halt: () => process.stop('SIGKILL'),
      restart: start,
      stop: async () => {
        await console.end();
        await folder.clear('SIGKILL');
      },
    };
  } catch (error) {
    await folder.clear('SIGKILL');
    throw error;
  }
}

function configurationOf(target: URL, port: number, users: string, settings: PgBouncerOptions['settings']): string {
  const name = target.pathname.slice(1);
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    admin_users: ADMIN,
    pool_mode: 'transaction',
    ...settings,
  };
  return [
    '[databases]',
    `${name} = host=${target.hostname} port=${target.port || 5432} dbname=${name}`,
    '[pgbouncer]',
    ...Object.entries(lines).map(([setting, value]) => `${setting} = ${value}`),
    '',
  ].join('\n');
}
