import pg from 'pg';
import { DataSource } from 'typeorm';
import {
  GuardedPool,
  PoolQueueFullError,
  type GuardedPoolConfig,
} from '../../../src/infrastructure/database/guarded-pool';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
const open: DataSource[] = [];
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));
});
afterAll(() => database.drop());

async function connect(Pool: typeof pg.Pool, extra: object): Promise<DataSource> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    poolSize: 1,
    driver: { ...pg, Pool },
    extra,
    installExtensions: false,
    logging: false,
  }).initialize();
  open.push(dataSource);
  return dataSource;
}

/** A transaction whose statement exceeds the client's timeout, and so does the ROLLBACK after it. */
async function abandonTransaction(dataSource: DataSource): Promise<void> {
  const abandoned = dataSource.transaction((manager) => manager.query('SELECT pg_sleep(0.3)'));
  await expect(abandoned).rejects.toThrow('Query read timeout');
}

/** Inserts rows one by one. @returns how many inserts were acknowledged and how many rows another session sees */
async function insertRows(dataSource: DataSource, table: string): Promise<{ acknowledged: number; present: number }> {
  let acknowledged = 0;
  for (let row = 0; row < 5; row += 1) {
    await dataSource.query(`INSERT INTO ${table} VALUES (${row})`).then(
      () => (acknowledged += 1),
      () => undefined,
    );
  }
  await dataSource.destroy();
  open.splice(open.indexOf(dataSource), 1);
  const witness = new pg.Client({ connectionString: database.url });
  await witness.connect();
  const { rows } = await witness.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
  await witness.end();
  return { acknowledged, present: Number(rows[0]?.count) };
}

async function createTable(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE TABLE ${name} (id int)`);
  await client.end();
}

describe('a client that is released in the middle of a transaction', () => {
  it("loses the next callers' acknowledged writes with pg's own pool", async () => {
    await createTable('unguarded');
    const dataSource = await connect(pg.Pool, {});
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.release();
    const { acknowledged, present } = await insertRows(dataSource, 'unguarded');
    expect(acknowledged).toBe(5);
    expect(present).toBe(0);
  });

  it('loses nothing with the guard: the client is destroyed', async () => {
    await createTable('guarded');
    const dataSource = await connect(GuardedPool, {});
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.release();
    expect(await insertRows(dataSource, 'guarded')).toEqual({ acknowledged: 5, present: 5 });
  });

  it('loses nothing with the guard when a statement that timed out in the client is still running', async () => {
    await createTable('given_up');
    const dataSource = await connect(GuardedPool, { query_timeout: 100 });
    await abandonTransaction(dataSource);
    expect(await insertRows(dataSource, 'given_up')).toEqual({ acknowledged: 5, present: 5 });
  });
});

function aPool(config: GuardedPoolConfig): GuardedPool {
  const pool = new GuardedPool({ connectionString: database.url, ...config });
  // The last sessions may still be closing when the database is dropped.
  pool.on('error', () => undefined);
  return pool;
}

describe('the pool', () => {
  it('keeps a client that is released idle', async () => {
    const pool = aPool({ max: 1 });
    const pids = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const client = await pool.connect();
      pids.push((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid);
      client.release();
    }
    await pool.end();
    expect(pids[0]).toBe(pids[1]);
  });

  it('keeps a client whose statement failed', async () => {
    const pool = aPool({ max: 1 });
    const pids = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const client = await pool.connect();
      pids.push((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid);
      await client.query('SELECT 1 / 0').catch(() => undefined);
      client.release();
    }
    await pool.end();
    expect(new Set(pids).size).toBe(1);
  });

  const pidOf = async (client: pg.PoolClient): Promise<number> =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;

  it('replaces all connections when a server may only be read, also those that are idle', async () => {
    const pool = aPool({ max: 3 });
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    const before = await Promise.all(clients.map(pidOf));
    const [writer, ...others] = clients;
    for (const other of others) other.release();
    await writer.query('BEGIN READ ONLY');
    await expect(writer.query('CREATE TABLE unwritable ()')).rejects.toMatchObject({ code: '25006' });
    await writer.query('ROLLBACK');
    writer.release();
    const next = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    const after = await Promise.all(next.map(pidOf));
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    for (const client of next) client.release();
    await pool.end();
  });

  it('replaces a connection that is too old, and not before', async () => {
    const pool = aPool({ max: 1, maxAgeMs: 200 });
    const client = await pool.connect();
    const connectedAt = performance.now();
    const first = await pidOf(client);
    client.release();
    while (performance.now() < connectedAt + 201);
    const second = await pool.connect();
    expect(await pidOf(second)).not.toBe(first);
    second.release();
    await pool.end();

    const patient = aPool({ max: 1, maxAgeMs: 60_000 });
    const pids = new Set<number>();
    for (let turn = 0; turn < 5; turn += 1) {
      const one = await patient.connect();
      pids.add(await pidOf(one));
      one.release();
    }
    expect(pids.size).toBe(1);
    await patient.end();
  });

  it('reports the error of a connection that was lost between two statements, once', async () => {
    const lost: Error[] = [];
    const pool = aPool({ max: 1, onLost: (error) => lost.push(error) });
    const client = await pool.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    await client.query(`SET idle_in_transaction_session_timeout = 50`);
    await client.query('BEGIN');
    await ended;
    client.release(true);
    expect(lost).toEqual([expect.objectContaining({ code: '25P03' })]);

    // A statement that is running reports it itself.
    const other = await pool.connect();
    other.on('error', () => undefined);
    const gone = new Promise((resolve) => other.once('end', resolve));
    await expect(other.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({ code: '57P01' });
    await gone;
    other.release(true);
    await pool.end();
    expect(lost).toHaveLength(1);
  });

  it('destroys a client whose statement is still running', async () => {
    const pool = aPool({ max: 1, query_timeout: 300 });
    const impatient = await pool.connect();
    await expect(impatient.query('SELECT pg_sleep(60)')).rejects.toThrow('Query read timeout');
    impatient.release();
    const next = await pool.connect();
    expect(await next.query('SELECT 1 AS one')).toMatchObject({ rows: [{ one: 1 }] });
    next.release();
    await pool.end();
  });

  it('refuses a second release of a client', async () => {
    const pool = aPool({ max: 1 });
    const client = await pool.connect();
    client.release();
    expect(() => client.release()).toThrow('The client was released twice.');
    await pool.end();
  });

  it('rejects a caller immediately when the queue is full, and serves those that wait', async () => {
    const pool = aPool({ max: 1, maxWaiting: 2 });
    const holder = await pool.connect();
    const waiting = [pool.connect(), pool.connect()];
    await expect(pool.connect()).rejects.toBeInstanceOf(PoolQueueFullError);
    holder.release();
    for (const connecting of waiting) (await connecting).release();
    await pool.end();
  });

  it('without a queue rejects no caller while a connection is idle or can be opened', async () => {
    const pool = aPool({ max: 2, maxWaiting: 0 });
    const [one, other] = [await pool.connect(), await pool.connect()];
    await expect(pool.connect()).rejects.toBeInstanceOf(PoolQueueFullError);
    one.release();
    (await pool.connect()).release();
    other.release();
    await pool.end();
  });

  it('has an unbounded queue by default', async () => {
    const pool = aPool({ max: 1 });
    const holder = await pool.connect();
    const waiting = Array.from({ length: 100 }, () => pool.connect());
    holder.release();
    for (const connecting of waiting) (await connecting).release();
    await pool.end();
  });
});
