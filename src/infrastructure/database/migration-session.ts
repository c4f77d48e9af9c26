import { setTimeout as delay } from 'node:timers/promises';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { ping } from './connect';
import { createMigrationDataSource } from './data-source';
import { MigrationError } from './migration-error';

/** Key of the advisory lock for this service's migrations: an arbitrary constant. */
const MIGRATION_LOCK = 7_304_226_119;
const LOCK_POLL_MS = 200;
const REPORT_WAIT_EVERY_MS = 10_000;
const MAX_WAIT_FOR_LOCK_MS = 600_000;
/** Those that the server's version does not know are left out. */
const TIME_OUTS = [
  'statement_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
];
/** How often the server looks, while it runs a statement, whether its client is still there. */
const CHECK_CONNECTION_MS = 1_000;
/** A connection that cannot be closed within this time is destroyed. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface SessionOptions {
  /** Ends the session immediately, whatever it waits for. */
  readonly signal?: AbortSignal | undefined;
  /** Receives a line when the session waits for another one, and again every ten seconds. */
  readonly onWait?: ((line: string) => void) | undefined;
  /** How often to ask, while the session works, whether the server still responds. 10 s by default. */
  readonly pingIntervalMs?: number | undefined;
}

/** What migrations need, all of it on one connection. */
export interface MigrationSession {
  readonly dataSource: DataSource;
  readonly runner: QueryRunner;
  readonly executor: MigrationExecutor;
  /** Waits until this is the only session that migrates the database. The lock ends with the session. */
  lock(): Promise<void>;
}

/**
 * Runs the work in a session of one connection, so that no error can leave another one open that the end would wait for.
 * A migration has no time limit, but a server that stops responding has: it is asked on a second connection.
 *
 * @throws the reason of the signal if it was aborted, or whatever the work throws
 */
export async function inMigrationSession<T>(
  url: string,
  { signal, onWait, pingIntervalMs = 10_000 }: SessionOptions,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = (): void => ending.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', end);
  const dataSource = createMigrationDataSource(url, ending.signal);
  const worked = new AbortController();
  const watching = watch(url, pingIntervalMs, worked.signal, (silent) => ending.abort(silent));
  try {
    await dataSource.initialize();
    const runner = dataSource.createQueryRunner();
    try {
      const executor = new MigrationExecutor(dataSource, runner);
      executor.transaction = dataSource.options.migrationsTransactionMode ?? 'each';
      const lock = async () => {
        await setLimits(runner);
        await takeLock(runner, ending.signal, onWait);
      };
      return await work({ dataSource, runner, executor, lock });
    } finally {
      await runner.release();
    }
  } catch (error) {
    // The connection was ended: why is more than what the driver says about it.
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    worked.abort();
    await watching;
    const timer = setTimeout(() => ending.abort(), CLOSE_TIMEOUT_MS);
    if (dataSource.isInitialized) await dataSource.destroy();
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/**
 * A role or a database may have limits that are meant for the service: migrations take as long as they need. And the server
 * ends a statement whose session has gone, which would keep its locks, and that of the migrations, until it is done.
 */
async function setLimits(runner: QueryRunner): Promise<void> {
  await runner.query(`SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY ($1)`, [TIME_OUTS]);
  // Not every operating system of a server can see that a connection has gone.
  await runner.query(`SET client_connection_check_interval = ${CHECK_CONNECTION_MS}`).catch(() => undefined);
}

const MAX_UNANSWERED = 3;

async function watch(
  url: string,
  intervalMs: number,
  worked: AbortSignal,
  onSilence: (error: MigrationError) => void,
): Promise<void> {
  for (let unanswered = 0; unanswered < MAX_UNANSWERED;) {
    await delay(intervalMs, undefined, { signal: worked }).catch(() => undefined);
    if (worked.aborted) return;
    unanswered = (await ping(url, worked)) ? 0 : unanswered + 1;
  }
  if (worked.aborted) return;
  onSilence(new MigrationError(`PostgreSQL has stopped responding: ${MAX_UNANSWERED} connections in a row failed.`));
}

/**
 * Polls. A statement that waits in the server keeps a snapshot, and a CREATE INDEX CONCURRENTLY of the process that holds
 * the lock would wait for that snapshot: a deadlock.
 */
async function takeLock(
  runner: QueryRunner,
  signal: AbortSignal,
  onWait: (line: string) => void = () => undefined,
): Promise<void> {
  const asked = performance.now();
  let reported = -Infinity;
  for (;;) {
    const rows = (await runner.query('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK])) as unknown;
    if ((rows as [{ taken: boolean }])[0].taken) return;
    const now = performance.now();
    if (now - asked > MAX_WAIT_FOR_LOCK_MS) {
      throw new MigrationError(
        `${await holderOf(runner)} has held the lock of the migrations for ${MAX_WAIT_FOR_LOCK_MS / 60_000} minutes. ` +
          'Wait until it ends, or end it with pg_terminate_backend, and start again.',
      );
    }
    if (now - reported >= REPORT_WAIT_EVERY_MS) {
      reported = now;
      onWait(`${await holderOf(runner)} is migrating the database: waiting until it ends.`);
    }
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

async function holderOf(runner: QueryRunner): Promise<string> {
  const [holder] = (await runner.query(
    `SELECT activity.pid, application_name AS name
       FROM pg_locks LEFT JOIN pg_stat_activity activity USING (pid)
      WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND (classid::bigint << 32) | objid::bigint = $1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MIGRATION_LOCK],
  )) as { pid: number; name: string | null }[];
  return holder ? `The session ${holder.pid}${holder.name ? ` (${holder.name})` : ''}` : 'Another session';
}
