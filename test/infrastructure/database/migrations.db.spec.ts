import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDataSource, createMigrationDataSource } from '../../../src/infrastructure/database/data-source';
import {
  migrate,
  MigrationError,
  migrationStatuses,
  revertLastMigration,
} from '../../../src/infrastructure/database/migrate';
import { migrations } from '../../../src/infrastructure/database/migrations';
import { aConfiguration } from '../../support/configuration';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
beforeEach(async () => {
  database = await createScratchDatabase('template0');
});
afterEach(() => database.drop());

describe('migrations', () => {
  it('run once when several instances start concurrently', async () => {
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(ran.flat()).toHaveLength(migrations.length);
    expect(await migrate(database.url)).toEqual([]);
  });

  it('can be reverted and run again', async () => {
    await migrate(database.url);
    const dataSource = await createMigrationDataSource(database.url).initialize();
    for (let left = migrations.length; left > 0; left -= 1) await dataSource.undoLastMigration();
    const left = await dataSource.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    await dataSource.destroy();
    expect(left).toEqual([]);
    expect(await migrate(database.url)).toHaveLength(migrations.length);
  });

  it('create every table and column of the entities', async () => {
    await migrate(database.url);
    const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    for (const { target } of dataSource.entityMetadatas) {
      await expect(dataSource.getRepository(target).find({ take: 1 })).resolves.toEqual([]);
    }
    await dataSource.destroy();
  });

  it('and the entities describe the same schema', async () => {
    await migrate(database.url);
    const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    expect(upQueries).toEqual([]);
  });

  it('are reported as done or missing, and the database is empty before the first run', async () => {
    const named = (state: string) => migrations.map(({ name }) => ({ name, state }));
    expect(await migrationStatuses(database.url)).toEqual(named('missing'));
    expect(await tables()).toEqual([]);
    await migrate(database.url);
    expect(await migrationStatuses(database.url)).toEqual(named('done'));
  });

  it('of a later version are listed by name, and cannot be reverted by this version', async () => {
    await withMigration(CreateNotes9000000000001, () => migrate(database.url));
    expect((await migrationStatuses(database.url)).at(-1)).toEqual({
      name: 'CreateNotes9000000000001',
      state: 'unknown',
    });
    expect(await migrate(database.url)).toEqual([]);
    await expect(revertLastMigration(database.url)).rejects.toThrow(/Cannot revert the migration CreateNotes/);
    expect(await withMigration(CreateNotes9000000000001, () => revertLastMigration(database.url))).toBe(
      'CreateNotes9000000000001',
    );
    expect(await tables()).not.toContain('notes');
  });

  it('wait while another instance runs them, and stop waiting when the start is aborted', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7304226119)');
    const givenUp = new AbortController();
    const stopped = migrate(database.url, givenUp.signal);
    const migrating = migrate(database.url);
    await untilAsked(2);
    givenUp.abort();
    await expect(stopped).rejects.toThrow(/abort/);
    await holder.end();
    expect(await migrating).toHaveLength(migrations.length);
  });

  it('can create an index concurrently while other instances wait for the lock', async () => {
    await migrate(database.url);
    const ran = await withMigration(IndexMigrations9000000000003, () =>
      Promise.all(Array.from({ length: 3 }, () => migrate(database.url))),
    );
    expect(ran.flat()).toEqual(['IndexMigrations9000000000003']);
  });

  it('fail when a long transaction holds a lock, instead of blocking every later statement', async () => {
    const limits: unknown[] = [];
    class ReadLimits9000000000004 implements MigrationInterface {
      readonly name = 'ReadLimits9000000000004';
      async up(runner: QueryRunner): Promise<void> {
        limits.push(
          ...(await runner.query(`SELECT name, setting FROM pg_settings WHERE name ~ '^(lock|statement)_timeout$'`)),
        );
      }
      down = async () => undefined;
    }
    await withMigration(ReadLimits9000000000004, () => migrate(database.url));
    expect(limits).toEqual([
      { name: 'lock_timeout', setting: '5000' },
      { name: 'statement_timeout', setting: '0' },
    ]);
  });

  it('that fail are rolled back, and those before them stay done', async () => {
    const failing = withMigration(CreateNotes9000000000001, () =>
      withMigration(BreakNotes9000000000002, () => migrate(database.url)),
    );
    await expect(failing).rejects.toThrow(MigrationError);
    await expect(failing).rejects.toThrow(
      'Cannot run the migration BreakNotes9000000000002: relation "nowhere" does not exist. Its transaction was rolled back.',
    );
    expect(await tables()).toContain('notes');
    expect(await tables()).not.toContain('broken_notes');
    expect(await migrate(database.url)).toEqual([]);
  });

  it('say that the statements of one without a transaction are not undone when it fails', async () => {
    await migrate(database.url);
    const failing = withMigration(IndexNothing9000000000005, () => migrate(database.url));
    await expect(failing).rejects.toThrow(
      /IndexNothing9000000000005: .*runs without a transaction: the statements before the error are not undone/,
    );
  });
});

class CreateNotes9000000000001 implements MigrationInterface {
  readonly name = 'CreateNotes9000000000001';
  up = (runner: QueryRunner) => runner.query('CREATE TABLE notes (id integer)');
  down = (runner: QueryRunner) => runner.query('DROP TABLE notes');
}

class BreakNotes9000000000002 implements MigrationInterface {
  readonly name = 'BreakNotes9000000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE broken_notes (id integer)');
    await runner.query('INSERT INTO nowhere VALUES (1)');
  }
  down = async () => undefined;
}

class IndexMigrations9000000000003 implements MigrationInterface {
  readonly name = 'IndexMigrations9000000000003';
  readonly transaction = false;
  up = (runner: QueryRunner) => runner.query('CREATE INDEX CONCURRENTLY migrations_by_name ON migrations (name)');
  down = (runner: QueryRunner) => runner.query('DROP INDEX CONCURRENTLY migrations_by_name');
}

class IndexNothing9000000000005 implements MigrationInterface {
  readonly name = 'IndexNothing9000000000005';
  readonly transaction = false;
  up = (runner: QueryRunner) => runner.query('CREATE INDEX CONCURRENTLY nothing ON nowhere (status)');
  down = async () => undefined;
}

/** Simulates a later version, which has one more migration. */
async function withMigration<T>(migration: new () => MigrationInterface, work: () => Promise<T>): Promise<T> {
  const all = migrations as (new () => MigrationInterface)[];
  all.push(migration);
  try {
    // A start in progress keeps the list that it has read.
    return await work();
  } finally {
    all.splice(all.indexOf(migration), 1);
  }
}

async function ask(sql: string): Promise<any[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function tables(): Promise<string[]> {
  return (await ask(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).map(({ tablename }) => tablename);
}

/** Waits until this many sessions have failed to get the lock. */
async function untilAsked(sessions: number): Promise<void> {
  const asked = `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%'
                    AND datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'`;
  while ((await ask(asked)).length < sessions);
}
