import { EmbeddedPostgresError } from './embedded-postgres.error';

export interface EmbeddedPostgresOptions {
  /** Where the data is kept between starts; `.data/postgres` under the project root unless given. */
  readonly directory?: string;
  /** Receives a line now and then about what the supervisor does; silent unless given. */
  readonly log?: (line: string) => void;
  /** Server settings over the defaults, by their names in postgresql.conf, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gives up a start under way: what was begun is undone and the start rejects with the signal's reason. */
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
  /** Ends open sessions, writes everything down and resolves when the server is gone. May be called again. */
  stop(): Promise<void>;
  /**
   * Orders an immediate shutdown and returns without waiting for it, for a process that must exit now. Nothing committed
   * is lost: the next start recovers from the write-ahead log.
   */
  killNow(): void;
}

/**
 * Starts the PostgreSQL that came with the installation, on a free port of 127.0.0.1; the first start in a directory
 * creates the data.
 *
 * @throws EmbeddedPostgresError (as a rejection) when the platform has no binaries, when another living process owns the
 * directory, when its data was written by another major version, or when the server does not come up.
 */
export function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  void options;
  return Promise.reject(new EmbeddedPostgresError('The embedded PostgreSQL cannot be started yet.'));
}
