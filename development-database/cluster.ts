import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { PARTIAL } from './layout';
import type { Location } from './location';
import { run } from './run';

/** Passwords of the two roles. */
export interface Credentials {
  readonly postgres: string;
  readonly app: string;
}

/** The statements, one per line, that create the role and the database of the service. */
const roleAndDatabase = (password: string): string =>
  [
    `CREATE ROLE app LOGIN PASSWORD '${password}'`,
    'CREATE DATABASE app OWNER app',
    // By default every role may connect to a database and create temporary tables in it.
    'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC',
    '',
  ].join('\n');

/** Not a trusted extension: only a superuser can create it. */
const extension = 'CREATE EXTENSION pg_stat_statements\n';

export interface CreateOptions {
  readonly location: Location;
  readonly binaries: Binaries;
  /** Whether to wait until the files are on the disk. */
  readonly sync: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates data directory, roles and database in a temporary folder and moves them into place when they are complete, so
 * that an interruption leaves nothing that looks like a cluster. No server listens meanwhile: the statements run in
 * PostgreSQL's single-user mode.
 */
export async function createCluster({ location, binaries, sync, signal }: CreateOptions): Promise<void> {
  const { home, cluster, serverUser: user } = location;
  const partial = `${cluster}${PARTIAL}${randomUUID()}`;
  const data = join(partial, basename(location.data));
  const passwordFile = join(partial, 'password');
  const credentials: Credentials = {
    postgres: randomBytes(24).toString('base64url'),
    app: randomBytes(24).toString('base64url'),
  };
  try {
    await mkdir(data, { recursive: true });
    await chmod(partial, user ? 0o711 : 0o700);
    await chmod(data, 0o700);
    await writeFile(passwordFile, credentials.postgres, { mode: 0o600, flag: 'wx' });
    if (user) {
      await chown(data, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }

    const options = { cwd: home, user, signal };
    await run(
      binaries.initdb,
      // prettier-ignore
      [
        '--pgdata', data, '--encoding', 'UTF8', '--locale', 'C', '--username', 'postgres',
        '--auth', 'scram-sha-256', '--pwfile', passwordFile, '--no-instructions', ...(sync ? [] : ['--no-sync']),
      ],
      options,
    );
    await rm(passwordFile);

    // prettier-ignore
    const singleUser = ['--single', '-D', data, '-c', 'exit_on_error=on', '-c', 'log_checkpoints=off', '-c', `fsync=${sync ? 'on' : 'off'}`];
    await run(binaries.postgres, [...singleUser, 'postgres'], { ...options, input: roleAndDatabase(credentials.app) });
    await run(binaries.postgres, [...singleUser, 'app'], { ...options, input: extension });

    await writeFile(join(partial, basename(location.credentials)), JSON.stringify(credentials), { mode: 0o600 });
    await rename(partial, cluster);
  } catch (error) {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

/**
 * Removes what interrupted creations left. An initdb that lost its parent a moment ago may still be writing there; what
 * cannot be removed now does no harm and is removed at the next start.
 */
export async function removePartialClusters({ home, cluster }: Location): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(`${basename(cluster)}${PARTIAL}`)) continue;
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** @throws EmbeddedPostgresError when the data is of another major version than the binaries */
export function checkMajorVersion({ data }: Location, expected: string): void {
  const file = join(data, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'an unknown version';
  if (found !== expected) {
    throw new EmbeddedPostgresError(
      `The data in ${data} was written by PostgreSQL ${found}, and the installed one is ${expected}: ` +
        'empty it with npm run db:reset, or set DATABASE_URL to use your own PostgreSQL.',
    );
  }
}

/** @throws EmbeddedPostgresError when the passwords are lost or belong to another user */
export function readCredentials({ credentials }: Location): Credentials {
  try {
    return JSON.parse(readFileSync(credentials, 'utf8')) as Credentials;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The passwords of the embedded PostgreSQL cannot be read (${(error as Error).message}): ` +
        'run as the user who started it, or empty the data with npm run db:reset.',
    );
  }
}

export function connectionUrls(credentials: Credentials, port: number): { url: string; adminUrl: string } {
  const urlOf = (role: keyof Credentials): string => `postgresql://${role}:${credentials[role]}@127.0.0.1:${port}/app`;
  return { url: urlOf('app'), adminUrl: urlOf('postgres') };
}
