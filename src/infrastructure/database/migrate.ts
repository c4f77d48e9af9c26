import type { QueryRunner } from 'typeorm';
import { isLostCommit } from './commit-outcome';
import { MigrationError } from './migration-error';
import { inMigrationSession, type MigrationSession, type SessionOptions } from './migration-session';

export { MigrationError } from './migration-error';

export interface MigrationStatus {
  readonly name: string;
  /** `unknown`: the database has it but this build does not; a later version ran it. */
  readonly state: 'done' | 'missing' | 'unknown';
}

/** The migration that has failed, or why it has no name: even their table could not be made, or the connection has gone. */
type Failed = MigrationStatus | 'no table' | 'unknown';

/**
 * Runs the missing migrations. Instances that start concurrently take turns, so the second one finds nothing to do.
 * @returns the names of those that ran
 * @throws MigrationError; the migrations before the failed one are done, those after it were not started
 */
export function migrate(url: string, options: SessionOptions = {}): Promise<string[]> {
  return explained('Cannot migrate the database', url, options, async (session) => {
    await session.lock();
    await statuses(session);
    try {
      const ran = await session.executor.executePendingMigrations();
      return ran.map(({ name }) => name);
    } catch (error) {
      throw failureOf('run', session, await nextOf(session), error);
    }
  });
}

/**
 * Reverts the last migration.
 * @returns its name; undefined when there is none
 * @throws MigrationError
 */
export function revertLastMigration(url: string, options: SessionOptions = {}): Promise<string | undefined> {
  return explained('Cannot revert a migration', url, options, async (session) => {
    await session.lock();
    const last = (await statuses(session)).findLast(({ state }) => state !== 'missing');
    if (!last) return undefined;
    try {
      await session.executor.undoLastMigration();
      return last.name;
    } catch (error) {
      throw failureOf('revert', session, last, error);
    }
  });
}

/**
 * Every migration that this build or the database knows, in the order in which they ran or will run. Read-only.
 * @throws MigrationError
 */
export function migrationStatuses(url: string, options: SessionOptions = {}): Promise<MigrationStatus[]> {
  return explained('Cannot read the migrations of the database', url, options, statuses);
}

/**
 * For a start without migrations (DATABASE_MIGRATE=false): on an older schema the service would fail request by request.
 * @throws MigrationError when one is missing
 */
export async function assertMigrated(url: string, options: SessionOptions = {}): Promise<void> {
  const missing = (await migrationStatuses(url, options))
    .filter(({ state }) => state === 'missing')
    .map(({ name }) => name);
  if (missing.length > 0) {
    throw new MigrationError(
      `The database lacks ${missing.join(', ')}: run node dist/migrate.js run first, or set DATABASE_MIGRATE to true.`,
    );
  }
}

async function statuses({ dataSource, runner }: MigrationSession): Promise<MigrationStatus[]> {
  const done = (await hasTable(runner))
    ? ((await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[]).map(({ name }) => name)
    : [];
  const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  return [
    ...done.map((name) => ({ name, state: known.includes(name) ? 'done' : 'unknown' }) as const),
    ...known.filter((name) => !done.includes(name)).map((name) => ({ name, state: 'missing' }) as const),
  ];
}

/** @throws MigrationError for a table of the same name that another program has made */
async function hasTable(runner: QueryRunner): Promise<boolean> {
  const [table] = (await runner.query(
    `SELECT to_regclass('migrations') IS NOT NULL AS exists,
            (SELECT count(*) = 2 FROM pg_attribute
              WHERE attrelid = to_regclass('migrations') AND attname IN ('name', 'timestamp') AND NOT attisdropped) AS ours`,
  )) as { exists: boolean; ours: boolean }[];
  if (table?.exists && !table.ours) {
    throw new MigrationError(
      'The table migrations of the database is that of another program: give the service its own database or schema.',
    );
  }
  return table?.exists ?? false;
}

/** Looks up after an error which migration has failed. */
async function nextOf(session: MigrationSession): Promise<Failed> {
  try {
    if (!(await hasTable(session.runner))) return 'no table';
    return (await statuses(session)).find(({ state }) => state === 'missing') ?? 'unknown';
  } catch {
    // The error has also taken the connection.
    return 'unknown';
  }
}

/** Every error of the work becomes a {@link MigrationError} of one line. An abort stays what it is. */
async function explained<T>(
  what: string,
  url: string,
  options: SessionOptions,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  try {
    return await inMigrationSession(url, options, work);
  } catch (error) {
    if (error instanceof MigrationError || options.signal?.aborted) throw error;
    throw new MigrationError(`${what}: ${reasonOf(error)}`, { cause: error });
  }
}

function failureOf(
  what: 'run' | 'revert',
  { dataSource }: MigrationSession,
  failed: Failed,
  error: unknown,
): MigrationError {
  const options = { cause: error };
  if (failed === 'no table') {
    return new MigrationError(`Cannot prepare the table of the migrations: ${reasonOf(error)}`, options);
  }
  if (failed === 'unknown') {
    return new MigrationError(
      `Cannot run the migrations: ${reasonOf(error)} Ask for their status to see which of them are done.`,
      options,
    );
  }
  const { name } = failed;
  const migration = dataSource.migrations.find((one) => (one.name ?? one.constructor.name) === name);
  const consequence =
    migration?.transaction === false
      ? 'It runs without a transaction: the statements before the error are not undone.'
      : isLostCommit(error)
        ? 'The response to its COMMIT was lost: ask for the status of the migrations to see whether it is done.'
        : 'Its transaction was rolled back.';
  return new MigrationError(`Cannot ${what} the migration ${name}: ${reasonOf(error)} ${consequence}`, options);
}

/** What to do about errors whose message does not say it. */
const advice: Readonly<Record<string, string>> = {
  // insufficient privilege
  '42501':
    'The role of DATABASE_URL needs CREATE on the schema: since PostgreSQL 15 only the owner of a database has it ' +
    '(GRANT CREATE ON SCHEMA public TO the role, or make it the owner).',
  // no schema in the search path
  '3F000': 'The search_path of the role has no schema that exists: make one, such as public, or set the search_path.',
  // read-only transaction
  '25006': 'The server or the role is read-only: use the address of the primary and a role that may write.',
};

function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: unknown };
  const sentence = String(message ?? error)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.?$/, '.');
  const hint = typeof code === 'string' ? advice[code] : undefined;
  return hint ? `${sentence} ${hint}` : sentence;
}
