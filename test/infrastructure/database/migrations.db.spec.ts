import { randomUUID } from 'node:crypto';
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
import { FaultyNetwork } from '../../support/faulty-network';
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
    const lines: string[] = [];
    const stopped = migrate(database.url, { signal: givenUp.signal, onWait: (line) => lines.push(line) });
    const migrating = migrate(database.url);
    await untilAsked(2);
    givenUp.abort();
    await expect(stopped).rejects.toThrow(/abort/);
    const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(lines).toEqual([`The session ${rows[0]!.pid} is migrating the database: waiting until it ends.`]);
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

  it('fail when a long transaction holds a lock, instead of blocking every later statement, and have no other limit', async () => {
    const found: { name: string; setting: string }[] = [];
    class ReadLimits9000000000004 implements MigrationInterface {
      readonly name = 'ReadLimits9000000000004';
      async up(runner: QueryRunner): Promise<void> {
        const sql = `SELECT name, setting FROM pg_settings WHERE name ~ '_timeout$' AND context = 'user' ORDER BY name`;
        found.push(...((await runner.query(sql)) as typeof found));
      }
      down = async () => undefined;
    }
    // Those of the role are meant for the service, behind PgBouncer for example.
    const timeOuts = (await asAdmin(
      `SELECT name FROM pg_settings WHERE name IN ('statement_timeout', 'transaction_timeout',
         'idle_in_transaction_session_timeout', 'idle_session_timeout') ORDER BY name`,
    )) as { name: string }[];
    for (const { name } of timeOuts) await asAdmin(`ALTER DATABASE ${database.name} SET ${name} = '10s'`);
    await withMigration(ReadLimits9000000000004, () => migrate(database.url));
    const settingOf = (wanted: string) => found.find(({ name }) => name === wanted)?.setting;
    expect(settingOf('lock_timeout')).toBe('5000');
    for (const { name } of timeOuts) expect([name, settingOf(name)]).toEqual([name, '0']);
    expect(timeOuts.length).toBeGreaterThan(2);
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

  it('whose connection is lost do not claim to know which of them has failed', async () => {
    await migrate(database.url);
    const failing = withMigration(SleepForever9000000000006, () => migrate(database.url));
    failing.catch(() => undefined);
    await untilSleeping();
    await asAdmin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'`);
    await expect(failing).rejects.toThrow(
      /^Cannot run the migrations: terminating connection [^\n]+\. Ask for their status to see which of them are done\.$/,
    );
  });

  it('that are aborted leave no statement that goes on, and no lock', async () => {
    const stopping = new AbortController();
    const failing = withMigration(SleepForever9000000000006, () => migrate(database.url, { signal: stopping.signal }));
    failing.catch(() => undefined);
    await untilSleeping();
    stopping.abort(new Error('stopped'));
    await expect(failing).rejects.toThrow('stopped');
    await untilSleeping(0);
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

describe('migrations that cannot run', () => {
  let role: string;
  let asRole: URL;
  beforeEach(async () => {
    role = `limited_${randomUUID().slice(0, 8)}`;
    await asAdmin(`CREATE ROLE ${role} LOGIN PASSWORD 'limited'`);
    await asAdmin(`ALTER ROLE ${role} SET lc_messages = 'C'`);
    asRole = new URL(database.url);
    asRole.username = role;
    asRole.password = 'limited';
  });
  afterEach(async () => {
    await asAdmin(`DROP OWNED BY ${role}`);
    await asAdmin(`DROP ROLE ${role}`);
  });

  it('say what the role lacks when it may not create tables, and leave no session', async () => {
    await asAdmin(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    const failing = migrate(asRole.href);
    await expect(failing).rejects.toThrow(MigrationError);
    await expect(failing).rejects.toThrow(
      /^Cannot prepare the table of the migrations: permission denied for schema public\. The role of DATABASE_URL needs CREATE [^\n]+$/,
    );
    await untilNoSessionOf(role);
  });

  it('say that the role is read-only, and leave no session', async () => {
    await asAdmin(`GRANT CREATE ON SCHEMA public TO ${role}`);
    await asAdmin(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    await expect(migrate(asRole.href)).rejects.toThrow(
      /^Cannot prepare the table of the migrations: cannot execute CREATE TABLE in a read-only transaction\. The server or the role is read-only[^\n]+$/,
    );
    await untilNoSessionOf(role);
  });

  it.each(['id integer, migration text, batch integer', 'name text'])(
    'say that the table migrations (%s) is that of another program, and do not touch it',
    async (columns) => {
      await asAdmin(`CREATE TABLE migrations (${columns}); GRANT ALL ON migrations TO PUBLIC`);
      const why = /^The table migrations of the database is that of another program: give the service its own database/;
      await expect(migrate(database.url)).rejects.toThrow(why);
      await expect(migrationStatuses(database.url)).rejects.toThrow(why);
      await expect(revertLastMigration(database.url)).rejects.toThrow(why);
      expect(await tables()).toEqual(['migrations']);
    },
  );

  it('say that there is no schema to create tables in', async () => {
    await asAdmin(`ALTER ROLE ${role} SET search_path = nowhere`);
    await expect(migrate(asRole.href)).rejects.toThrow(
      /^Cannot prepare the table of the migrations: no schema [^\n]+\. The search_path of the role has no schema that exists/,
    );
  });

  it('name the migration when only later ones lack a permission', async () => {
    await asAdmin(`GRANT CREATE ON SCHEMA public TO ${role}`);
    await migrate(asRole.href);
    await asAdmin(`REVOKE CREATE ON SCHEMA public FROM ${role}, PUBLIC`);
    await expect(withMigration(CreateNotes9000000000001, () => migrate(asRole.href))).rejects.toThrow(
      /^Cannot run the migration CreateNotes9000000000001: permission denied for schema public\./,
    );
  });

  it('and cannot be listed, say so in one line', async () => {
    await migrate(database.url);
    await expect(migrationStatuses(asRole.href)).rejects.toThrow(
      /^Cannot read the migrations of the database: permission denied for table migrations\.[^\n]*$/,
    );
    await expect(revertLastMigration(asRole.href)).rejects.toThrow(/^Cannot revert a migration: permission denied/);
  });
});

describe('a server that stops responding during a migration', () => {
  let network: FaultyNetwork;
  beforeEach(async () => (network = await FaultyNetwork.before(database.url)));
  afterEach(() => network.close());

  /** Starts a migration, and makes the network silent while its statement runs. */
  async function migrateIntoSilence(options: Parameters<typeof migrate>[1]): Promise<string[]> {
    const migrating = withMigration(SleepForever9000000000006, () => migrate(network.url, options));
    migrating.catch(() => undefined);
    await untilSleeping();
    network.goSilent();
    return migrating;
  }

  it('does not keep a start from being aborted', async () => {
    const starting = new AbortController();
    const migrating = migrateIntoSilence({ signal: starting.signal });
    while (!network.isSilent) await new Promise((resolve) => setImmediate(resolve));
    starting.abort(new Error('stopped while starting'));
    await expect(migrating).rejects.toThrow('stopped while starting');
  });

  it('ends it with one line, after several new connections got no response either', async () => {
    await expect(migrateIntoSilence({ pingIntervalMs: 10 })).rejects.toThrow(
      'PostgreSQL has stopped responding: 3 connections in a row failed.',
    );
  }, 60_000);

  it('a long migration of a server that responds goes on', async () => {
    class Sleep9000000000007 implements MigrationInterface {
      readonly name = 'Sleep9000000000007';
      up = (runner: QueryRunner) => runner.query('SELECT pg_sleep(1)');
      down = async () => undefined;
    }
    const ran = withMigration(Sleep9000000000007, () => migrate(network.url, { pingIntervalMs: 10 }));
    expect(await ran).toContain('Sleep9000000000007');
  });
});

class SleepForever9000000000006 implements MigrationInterface {
  readonly name = 'SleepForever9000000000006';
  up = (runner: QueryRunner) => runner.query('SELECT pg_sleep(3600)');
  down = async () => undefined;
}

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

const asAdmin = (sql: string): Promise<any[]> => ask(sql, database.adminUrl);

async function ask(sql: string, connectionString = database.url): Promise<any[]> {
  const client = new Client({ connectionString });
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

/** Waits until this many sessions execute the migration that never ends. */
async function untilSleeping(sessions = 1): Promise<void> {
  const sleeping = `SELECT FROM pg_stat_activity
                     WHERE query ~ '^SELECT pg_sleep' AND state = 'active' AND datname = current_database()`;
  while ((await ask(sleeping)).length !== sessions);
}

/** Ended sessions stay visible for a moment. */
async function untilNoSessionOf(role: string): Promise<void> {
  while ((await ask(`SELECT FROM pg_stat_activity WHERE usename = '${role}'`)).length > 0);
}

/** Waits until this many sessions have failed to get the lock. */
async function untilAsked(sessions: number): Promise<void> {
  const asked = `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%'
                    AND datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'`;
  while ((await ask(asked)).length < sessions);
}
