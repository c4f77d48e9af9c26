import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { createMigrationDataSource } from './data-source';

/** Key of the advisory lock for this service's migrations: an arbitrary constant. */
const MIGRATION_LOCK = 7_304_226_119;
const LOCK_POLL_MS = 200;

/** A migration has not run; the message says which one and why. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export interface MigrationStatus {
  readonly name: string;
  /** `unknown`: the database has it but this build does not; a later version ran it. */
  readonly state: 'done' | 'missing' | 'unknown';
}

/**
 * Runs the missing migrations. Instances that start concurrently take turns, so the second one finds nothing to do.
 * @returns the names of those that ran
 * @throws MigrationError; the migrations before the failed one are done, those after it were not started
 */
export function migrate(url: string, signal?: AbortSignal): Promise<string[]> {
  return withMigrationLock(url, signal, async (dataSource) => {
    try {
      const ran = await dataSource.runMigrations();
      return ran.map(({ name }) => name);
    } catch (error) {
      const [next] = (await statuses(dataSource)).filter(({ state }) => state === 'missing');
      throw failureOf('run', dataSource, next?.name, error);
    }
  });
}

/**
 * Reverts the last migration.
 * @returns its name; undefined when there is none
 * @throws MigrationError
 */
export function revertLastMigration(url: string): Promise<string | undefined> {
  return withMigrationLock(url, undefined, async (dataSource) => {
    const last = (await statuses(dataSource)).findLast(({ state }) => state !== 'missing');
    if (!last) return undefined;
    try {
      await dataSource.undoLastMigration();
      return last.name;
    } catch (error) {
      throw failureOf('revert', dataSource, last.name, error);
    }
  });
}

/** Every migration that this build or the database knows, in the order in which they ran or will run. Read-only. */
export async function migrationStatuses(url: string): Promise<MigrationStatus[]> {
  const dataSource = await createMigrationDataSource(url).initialize();
  try {
    return await statuses(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * For a start without migrations (DATABASE_MIGRATE=false): on an older schema the service would fail request by request.
 * @throws MigrationError when one is missing
 */
export async function assertMigrated(url: string): Promise<void> {
  const missing = (await migrationStatuses(url)).filter(({ state }) => state === 'missing').map(({ name }) => name);
  if (missing.length > 0) {
    throw new MigrationError(
      `The database lacks ${missing.join(', ')}: run node dist/migrate.js run first, or set DATABASE_MIGRATE to true.`,
    );
  }
}

async function statuses(dataSource: DataSource): Promise<MigrationStatus[]> {
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS exists`,
  );
  const done = table?.exists
    ? (await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id')).map(({ name }) => name)
    : [];
  const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  return [
    ...done.map((name) => ({ name, state: known.includes(name) ? 'done' : 'unknown' }) as const),
    ...known.filter((name) => !done.includes(name)).map((name) => ({ name, state: 'missing' }) as const),
  ];
}

/** Runs the work while this is the only process that migrates the database. */
async function withMigrationLock<T>(
  url: string,
  signal: AbortSignal | undefined,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await createMigrationDataSource(url).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    try {
      await takeLock(lock, signal);
      return await work(dataSource);
    } finally {
      await lock.release();
    }
  } finally {
    // Ends the session, which releases the lock.
    await dataSource.destroy();
  }
}

/**
 * Polls. A statement that waits in the server keeps a snapshot, and a CREATE INDEX CONCURRENTLY of the process that holds
 * the lock would wait for that snapshot: a deadlock.
 */
async function takeLock(runner: QueryRunner, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const rows = (await runner.query('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK])) as unknown;
    if ((rows as [{ taken: boolean }])[0].taken) return;
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

function failureOf(
  what: 'run' | 'revert',
  dataSource: DataSource,
  name: string | undefined,
  error: unknown,
): MigrationError {
  const migration = dataSource.migrations.find((one) => (one.name ?? one.constructor.name) === name);
  const consequence =
    migration?.transaction === false
      ? 'It runs without a transaction: the statements before the error are not undone.'
      : 'Its transaction was rolled back.';
  const reason = (error as Error).message.replace(/\.?$/, '.');
  return new MigrationError(`Cannot ${what} the migration ${name ?? '(none)'}: ${reason} ${consequence}`, {
    cause: error,
  });
}
