import type { EventEmitter } from 'node:events';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { ServiceUnavailableError } from '../../../src/application/shared/port-errors';
import { createDataSource } from '../../../src/infrastructure/database/data-source';
import { toPortError } from '../../../src/infrastructure/database/driver-errors';
import { aConfiguration } from '../../support/configuration';
import { oldGenerationAfter } from '../../support/old-generation';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
const open: DataSource[] = [];
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterEach(async () => {
  for (const dataSource of open.splice(0)) await dataSource.destroy();
});
afterAll(() => database.drop());

async function connect(variables: Readonly<Record<string, string>>): Promise<DataSource> {
  const configuration = aConfiguration({ DATABASE_POOL_SIZE: '1', ...variables });
  const dataSource = await createDataSource(database.url, configuration.database).initialize();
  open.push(dataSource);
  return dataSource;
}

async function asAdmin(sql: string): Promise<void> {
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(sql);
  await admin.end();
}

describe('a session of the service', () => {
  it('has its limits on the server, in milliseconds', async () => {
    const dataSource = await connect({
      DATABASE_STATEMENT_TIMEOUT_MS: '4001',
      DATABASE_LOCK_TIMEOUT_MS: '4002',
      DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '4003',
    });
    const limits = await dataSource.query<{ name: string; setting: string }[]>(
      `SELECT name, setting FROM pg_settings WHERE source = 'client' AND setting LIKE '400_' ORDER BY name`,
    );
    expect(limits).toEqual([
      { name: 'idle_in_transaction_session_timeout', setting: '4003' },
      { name: 'lock_timeout', setting: '4002' },
      { name: 'statement_timeout', setting: '4001' },
    ]);
  });

  it.each(['German', 'SQL, DMY', 'Postgres, YMD'])(
    'reads times as they are in a database with the date style %s',
    async (style) => {
      const setting = `ALTER DATABASE ${database.name}`;
      await asAdmin(`${setting} SET DateStyle = '${style}'`);
      const dataSource = await connect({});
      await asAdmin(`${setting} RESET DateStyle`);
      const time = new Date('2026-02-03T04:05:06.789Z');
      expect(await dataSource.query('SELECT $1::timestamptz AS time', [time])).toEqual([{ time }]);
    },
  );

  it('that is idle in a transaction is ended, and the next caller gets another one', async () => {
    const dataSource = await connect({ DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '50' });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const session = (await runner.connect()) as EventEmitter;
    await new Promise((resolve) => session.once('end', resolve));
    await runner.release();
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is waited for no longer than configured when all are in use', async () => {
    const dataSource = await connect({ DATABASE_ACQUIRE_TIMEOUT_MS: '1000' });
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    const refused = await dataSource.query('SELECT 1').catch(toPortError);
    expect(refused).toBeInstanceOf(ServiceUnavailableError);
    await holder.release();
  });

  it('keeps no result in the old generation', async () => {
    const dataSource = await connect({});
    const read = () => dataSource.query('SELECT n, md5(n::text) AS text FROM generate_series(1, $1::int) n', [2_000]);
    const [dropped, kept] = [await oldGenerationAfter(read), await oldGenerationAfter(read, { isHeld: true })];
    expect(dropped).toBeLessThan(kept / 4);
  });
});
