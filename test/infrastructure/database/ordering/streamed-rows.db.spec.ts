import pg from 'pg';
import { DataSource } from 'typeorm';
import { ServiceUnavailableError } from '../../../../src/application/shared/port-errors';
import { GuardedPool } from '../../../../src/infrastructure/database/guarded-pool';
import { StreamedRows } from '../../../../src/infrastructure/database/ordering/streamed-rows';
import { createScratchDatabase, type ScratchDatabase } from '../../../support/scratch-database';

const NUMBERS = 'SELECT generate_series(1, $1::integer) AS number';

let database: ScratchDatabase;
let dataSource: DataSource;
const connect = (limits: object) =>
  new DataSource({
    type: 'postgres',
    url: database.url,
    // There is only one connection: a stream that keeps it would block the next one for ever.
    poolSize: 1,
    driver: { ...pg, Pool: GuardedPool },
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    ...limits,
  }).initialize();
beforeAll(async () => {
  database = await createScratchDatabase();
  dataSource = await connect({ extra: { query_timeout: 1_000 } });
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const count = (to: number, sql = NUMBERS) =>
  StreamedRows.open(dataSource, sql, [to], ({ number }: { number: number }) => number);
const exhaust = async (rows: AsyncIterator<unknown>) => {
  while (!(await rows.next()).done);
};
const expectFreeConnection = async () => expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);

describe('streamed rows', () => {
  it.each([0, 1, 250])('arrive completely and in order when there are %d', async (rows) => {
    const seen: number[] = [];
    for await (const number of await count(rows)) seen.push(number);
    expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    await expectFreeConnection();
  });

  it('release their connection each time the consumer stops before the end', async () => {
    const before = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    for (let left = 0; left < 12; left += 1) {
      for await (const number of await count(100_000)) if (number === 150) break;
    }
    expect(await dataSource.query('SELECT pg_backend_pid() AS pid')).toEqual(before);
  });

  it('release their connection when the first row was never requested', async () => {
    await (await count(100_000)).return();
    await expectFreeConnection();
  });

  it('release their connection after the query timeout when the consumer stops reading', async () => {
    const rows = await count(100_000);
    await expectFreeConnection();
    await expect(exhaust(rows)).rejects.toThrow();
  });

  it('of a failing statement fail before the first row', async () => {
    await expect(count(1, 'SELECT number FROM nowhere WHERE number = $1')).rejects.toMatchObject({ code: '42P01' });
    await expectFreeConnection();
  });

  it('that fail midway reject instead of ending normally', async () => {
    const broken = await count(500, 'SELECT 1 / ($1::integer - n) AS number FROM generate_series(1, 1000) n');
    await expect(exhaust(broken)).rejects.toMatchObject({ code: '22012' });
    await expectFreeConnection();
  });

  it('release their connection when a row cannot be converted', async () => {
    const impatient = await connect({ connectTimeoutMS: 3_000 });
    const unshowable = (): never => {
      throw new Error('It cannot be shown.');
    };
    const rows = await StreamedRows.open(impatient, NUMBERS, [100_000], unshowable);
    await expect(rows.next()).rejects.toThrow('It cannot be shown.');
    await impatient.query('SELECT 1').finally(() => rows.return().then(() => impatient.destroy()));
  });

  it('fail when their connection is lost, and the next stream gets a new one', async () => {
    const rows = await count(
      100_000,
      'SELECT n AS number, pg_backend_pid() AS pid FROM generate_series(1, $1::integer) n',
    );
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await admin.end();
    await expect(exhaust(rows)).rejects.toBeInstanceOf(ServiceUnavailableError);
    await expectFreeConnection();
  });
});
