import { locatePackage, prepareBinaries, type PostgresPackage } from './binaries';
import {
  checkMajorVersion,
  connectionUrls,
  createCluster,
  readCredentials,
  removePartialClusters,
  type Credentials,
} from './cluster';
import { freePort } from './free-port';
import { launch, type RunningServer } from './launch';
import { locate, prepareHome, type Location } from './location';
import { claim } from './ownership';
import { stopLeftOver } from './postmaster';
import { lastLines } from './server-log';
import { wantsSync } from './settings';
import { ownerOf } from './system-user';

export interface EmbeddedPostgresOptions {
  /** Where the data is kept between starts; `.data/postgres` under the project root unless given. */
  readonly directory?: string;
  /** Receives lines about what the supervisor does; silent unless given. */
  readonly log?: (line: string) => void;
  /** Server settings over the defaults, by their names in postgresql.conf, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Aborts a start in progress: what it has begun is undone, and it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A running server. It belongs to the process that started it. */
export interface EmbeddedPostgres {
  /** Connection string of the role `app`, which owns the database `app` and nothing else. */
  readonly url: string;
  /** Connection string of the superuser `postgres`, to the same database. */
  readonly adminUrl: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /** Ends open sessions, flushes all data and resolves when the server has exited. May be called again. */
  stop(): Promise<void>;
  /**
   * Requests an immediate shutdown without waiting for it, for a process that must exit now. Nothing committed
   * is lost: the next start recovers from the write-ahead log.
   */
  killNow(): void;
}

class OwnedPostgres implements EmbeddedPostgres {
  readonly url: string;
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly server: RunningServer,
    private readonly release: () => void,
    credentials: Credentials,
  ) {
    this.port = server.port;
    this.pid = server.pid;
    ({ url: this.url, adminUrl: this.adminUrl } = connectionUrls(credentials, server.port));
  }

  stop(): Promise<void> {
    this.stopped ??= this.server.stop().finally(this.release);
    return this.stopped;
  }

  killNow(): void {
    this.server.quit();
    this.release();
  }
}

async function startOwned(
  postgresPackage: PostgresPackage,
  location: Location,
  options: EmbeddedPostgresOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const { log = () => undefined, settings = {}, signal } = options;
  const binaries = await prepareBinaries(postgresPackage, location.home, location.serverUser);

  const leftOver = await stopLeftOver(location);
  if (leftOver) log(`Stopped the PostgreSQL server (process ${leftOver}) that an earlier run had left.`);

  await removePartialClusters(location);
  if (ownerOf(location.cluster)) {
    checkMajorVersion(location, postgresPackage.majorVersion);
  } else {
    log(`Creating a PostgreSQL ${postgresPackage.majorVersion} database in ${location.home}`);
    await createCluster({ location, binaries, sync: wantsSync(settings), signal });
  }
  const credentials = readCredentials(location);

  const server = await launch({ location, postgres: binaries.postgres, settings, signal, choosePort: freePort });
  server.onUnexpectedEnd(() => log(`The embedded PostgreSQL has ended unexpectedly. ${lastLines(location.serverLog)}`));
  log(`PostgreSQL ${postgresPackage.version} listens on 127.0.0.1:${server.port}, data in ${location.home}`);
  return new OwnedPostgres(server, release, credentials);
}

/**
 * Starts the PostgreSQL that came with the installation, on a free port of 127.0.0.1; the first start in a directory
 * creates the data. Root runs it as an unprivileged user and, where that user cannot reach the directory, keeps it in a
 * folder under /var/tmp.
 *
 * @throws EmbeddedPostgresError (as a rejection) when the platform has no binaries, when another living process owns the
 * directory, when its data was written by another major version, or when the server does not come up.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  options.signal?.throwIfAborted();
  // Checked first: without a server to run, no directory is needed for its data.
  const postgresPackage = locatePackage();
  const location = locate(options.directory);
  prepareHome(location);
  const release = claim(location);
  try {
    return await startOwned(postgresPackage, location, options, release);
  } catch (error) {
    release();
    throw error;
  }
}
