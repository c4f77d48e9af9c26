import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { createMigrationDataSource } from './data-source';

/** Of this service's migrations among all advisory locks of a database: any number, always the same. */
const MIGRATION_LOCK = 7_304_226_119;
const LOCK_POLL_MS = 200;

/** A migration has not run; the message says which one, and why. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export interface MigrationStatus {
  readonly name: string;
  /** `unknown`: the database has it, and this build does not; a later version has run it. */
  readonly state: 'done' | 'missing' | 'unknown';
}

/**
 * Runs the missing migrations. Services that start at once do it one after the other, so the second finds nothing to do.
 * @returns the names of those that ran
 * @throws MigrationError; those before it are done, and the rest were not begun
 */
export function migrate(url: string, signal?: AbortSignal): Promise<string[]> {
  return alone(url, signal, async (dataSource) => {
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
 * Takes the last migration back.
 * @returns its name; undefined when there is none
 * @throws MigrationError
 */
export function revertLastMigration(url: string): Promise<string | undefined> {
  return alone(url, undefined, async (dataSource) => {
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

/** Every migration that this build or the database knows, in the order in which they ran or will run. Changes nothing. */
export async function migrationStatuses(url: string): Promise<MigrationStatus[]> {
  const dataSource = await createMigrationDataSource(url).initialize();
  try {
    return await statuses(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * For a start that leaves the migrations to somebody else: on an older schema the service would fail request by request.
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

/** One at a time for each database, whoever asks and from wherever. */
async function alone<T>(
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
    // Ends the session, and with it the lock.
    await dataSource.destroy();
  }
}

/**
 * Asks again and again. A statement that waits in the server keeps a snapshot, for which a CREATE INDEX CONCURRENTLY of
 * whoever holds the lock would wait in turn: a deadlock.
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
      ? 'It has no transaction: what it had done before is still there.'
      : 'Nothing of it is left in the database.';
  const reason = (error as Error).message.replace(/\.?$/, '.');
  return new MigrationError(`Cannot ${what} the migration ${name ?? '(none)'}: ${reason} ${consequence}`, {
    cause: error,
  });
}
