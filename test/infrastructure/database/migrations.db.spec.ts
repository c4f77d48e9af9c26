import { Client } from 'pg';
import { createDataSource, createMigrationDataSource } from '../../../src/infrastructure/database/data-source';
import { migrate } from '../../../src/infrastructure/database/migrate';
import { migrations } from '../../../src/infrastructure/database/migrations';
import { aConfiguration } from '../../support/configuration';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
beforeEach(async () => {
  database = await createScratchDatabase('template0');
});
afterEach(() => database.drop());

describe('migrations', () => {
  it('run once when several services start at the same moment', async () => {
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(ran.flat()).toHaveLength(migrations.length);
    expect(await migrate(database.url)).toEqual([]);
  });

  it('can be undone and done again', async () => {
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

  it('make every table and column that the records name', async () => {
    await migrate(database.url);
    const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    for (const { target } of dataSource.entityMetadatas) {
      await expect(dataSource.getRepository(target).find({ take: 1 })).resolves.toEqual([]);
    }
    await dataSource.destroy();
  });

  it('wait longer than a statement of the service may take', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7304226119)');
    const migrating = migrate(database.url);
    const witness = new Client({ connectionString: database.url });
    await witness.connect();
    for (;;) {
      const { rows } = await witness.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
      if (rows.length > 0) break;
    }
    const { rows } = await witness.query<{ setting: string }>(
      `SELECT setting FROM pg_settings WHERE name = 'lock_timeout'`,
    );
    expect(rows[0]?.setting).toBe('0');
    await witness.end();
    await holder.end();
    expect(await migrating).toHaveLength(migrations.length);
  });
});
