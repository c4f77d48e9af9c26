import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { installQueryTiming, type PoolAcquisition } from '../../src/query-timing/core';
import { sample } from './support/exposition';
import { startMariaDb, type TestMariaDb } from './support/mariadb';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { recordingLogger } from './support/recording-logger';
import { refused } from './support/watching';

type Series = Readonly<Record<string, number>>;

/** The failed connections in the metrics, without zeros, and the acquisitions that a sink received. */
function watchedConnections(dataSource: DataSource) {
  const registry = new Registry();
  const seen: PoolAcquisition[] = [];
  const sink = { record: () => undefined, recordAcquisition: (one: PoolAcquisition) => void seen.push(one) };
  installQueryTiming(dataSource, { registry, logger: recordingLogger(), sinks: [sink] });
  const failures = async (): Promise<Series> => {
    const lines = (await registry.metrics()).split('\n');
    const counted = lines.filter((line) =>
      /^db_(pool_acquire_(failures|timeouts)|query_errors)_total\{?.* [^0]/.test(line),
    );
    return Object.fromEntries(
      counted.map((line) => [line.slice(3, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  };
  const acquisitions = () => sample(registry, 'db_pool_acquire_seconds_count');
  return { dataSource, failures, acquisitions, reasons: () => seen.map(({ reason }) => reason) };
}

const failed = (reason: string, errorClass: string, times = 1): Series => ({
  [`query_errors_total{query_type="CONNECT",error_class="${errorClass}"}`]: times,
  [`pool_acquire_failures_total{reason="${reason}"}`]: times,
  ...(reason === 'timeout' && { pool_acquire_timeouts_total: times }),
});

/** A server that accepts connections and never sends a byte. */
async function silentServer(): Promise<{ port: number; server: Server }> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

async function closedPort(): Promise<number> {
  const { server, port } = await silentServer();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('on PostgreSQL a connection that', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  const unopened = (more: object) => watchedConnections(database.dataSource(more));
  const elsewhere = (port: number, more: object = {}) =>
    watchedConnections(
      new DataSource({ type: 'postgres', host: '127.0.0.1', port, username: 'x', database: 'x', ...more }),
    );

  it('is not free in time is a timeout', async () => {
    const { dataSource, failures, acquisitions, reasons } = unopened({ poolSize: 1, connectTimeoutMS: 1000 });
    await dataSource.initialize();
    const before = (await acquisitions())!;
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    expect(await refused(dataSource.query('SELECT 1'))).toBe('timeout exceeded when trying to connect');
    await holder.release();
    await dataSource.destroy();
    expect(await failures()).toEqual(failed('timeout', 'timeout'));
    expect(await acquisitions()).toBe(before + 2);
    expect(reasons().at(-1)).toBe('timeout');
  });

  it('the server refuses because of its limit is refused, not timed out', async () => {
    const { dataSource, failures } = unopened({ poolSize: 5 });
    await dataSource.initialize();
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    await database.admin.query(`ALTER ROLE ${database.role} CONNECTION LIMIT 1`);
    // Before the role's settings apply, the server speaks its own language.
    const refusal = await dataSource.query('SELECT 1').catch(({ code }: { code: string }) => code);
    await database.admin.query(`ALTER ROLE ${database.role} CONNECTION LIMIT -1`);
    expect(refusal).toBe('53300');
    await holder.release();
    await dataSource.destroy();
    expect(await failures()).toEqual(failed('refused', 'connection'));
  });

  it('is requested from a pool that is closed has the reason other', async () => {
    const { dataSource, failures } = unopened({ poolSize: 1 });
    await dataSource.initialize();
    const { master } = dataSource.driver as unknown as { master: { end(): Promise<void> } };
    await master.end();
    expect(await refused(dataSource.query('SELECT 1'))).toContain('after calling end');
    expect(await failures()).toEqual(failed('other', 'other'));
  });

  it('initialize() cannot open is counted once', async () => {
    const { dataSource, failures, acquisitions } = elsewhere(await closedPort());
    for (const attempt of [1, 2]) {
      await expect(dataSource.initialize()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(await failures()).toEqual(failed('refused', 'connection', attempt));
      expect(await acquisitions()).toBe(attempt);
    }
  });

  it('initialize() cannot open to a replica is counted once', async () => {
    const [url, port] = [(database.dataSource().options as { url: string }).url, await closedPort()];
    const slaves = [{ host: '127.0.0.1', port, username: 'x', database: 'x' }];
    const { dataSource, failures } = unopened({ replication: { master: { url }, slaves } });
    await expect(dataSource.initialize()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(Object.values(await failures())).toEqual([1, 1]);
  });

  it('initialize() is refused for want of a database is refused', async () => {
    const { dataSource, failures } = unopened({ database: 'nowhere', url: undefined, ...addressOf(database) });
    await expect(dataSource.initialize()).rejects.toMatchObject({ code: '3D000' });
    expect(await failures()).toEqual(failed('refused', 'connection'));
  });

  it('a silent server never completes is a timeout of initialize()', async () => {
    const { server, port } = await silentServer();
    const { dataSource, failures } = elsewhere(port, { connectTimeoutMS: 50 });
    await expect(dataSource.initialize()).rejects.toThrow('connection timeout');
    server.close();
    expect(await failures()).toEqual(failed('timeout', 'timeout'));
  });
});

/** Agrees to TLS, and does this when the client begins with it. */
const inHandshake =
  (respond: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.write('S');
    socket.once('data', () => respond(socket));
  };

describe('on PostgreSQL with TLS a connection is refused that', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['the server does not encrypt', (socket) => void socket.write('N')],
    ['the server responds to with an error', (socket) => void socket.write('E')],
    ['gets something else than TLS', inHandshake((socket) => void socket.write('HTTP/1.1 400 Bad Request'))],
    ['ends in the handshake', inHandshake((socket) => void socket.end())],
    ['is reset in the handshake', inHandshake((socket) => void socket.resetAndDestroy())],
  ])('%s', async (_, respond) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => respond(socket));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ssl = { rejectUnauthorized: false };
    const { dataSource, failures } = watchedConnections(
      new DataSource({ type: 'postgres', host: '127.0.0.1', port, username: 'x', database: 'x', ssl }),
    );
    await expect(dataSource.initialize()).rejects.toMatchObject({ message: expect.any(String) });
    server.close();
    expect(await failures()).toEqual(failed('refused', 'connection'));
  });
});

function addressOf(database: TestDatabase) {
  const { hostname, port, username, password } = new URL((database.dataSource().options as { url: string }).url);
  return { host: hostname, port: Number(port), username, password };
}

describe('on MariaDB a connection that', () => {
  let database: TestMariaDb;
  beforeAll(async () => void (database = await startMariaDb()), 120_000);
  afterAll(() => database?.stop());

  const unopened = (more: object) => watchedConnections(database.dataSource(more));

  it.each([
    ['finds a full queue', { queueLimit: 1 }, 'Queue limit reached.'],
    ['may not wait', { waitForConnections: false }, 'No connections available.'],
  ])('%s has the reason queue_full', async (_, extra, message) => {
    const { dataSource, failures } = unopened({ poolSize: 1, extra });
    await dataSource.initialize();
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    const patient = refused(dataSource.query('SELECT 1'));
    expect([
      await refused(dataSource.query('SELECT 2')),
      message === 'Queue limit reached.' || (await patient),
    ]).toContain(message);
    await holder.release();
    await patient;
    await dataSource.destroy();
    expect(await failures()).toEqual(failed('queue_full', 'connection', message === 'Queue limit reached.' ? 1 : 2));
  });

  it.each([
    ['names no known database', { database: 'nowhere' }, 1049],
    ['names no known user', { username: 'unknown', password: 'x' }, 1045],
  ])('%s is refused when initialize() opens it', async (_, more, errno) => {
    const { dataSource, failures } = unopened(more);
    await expect(dataSource.initialize()).rejects.toMatchObject({ errno });
    expect(await failures()).toMatchObject({ 'pool_acquire_failures_total{reason="refused"}': 1 });
  });

  it('the server refuses because of its limit is refused, not timed out', async () => {
    await database.admin.query("CREATE USER few@localhost IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1");
    await database.admin.query('GRANT ALL ON timing.* TO few@localhost');
    const { dataSource, failures } = unopened({ username: 'few', password: 'x', poolSize: 5 });
    await dataSource.initialize();
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    expect(await refused(dataSource.query('SELECT 1'))).toContain('max_user_connections');
    await holder.release();
    await dataSource.destroy();
    expect(await failures()).toEqual(failed('refused', 'connection'));
  });

  it('cannot be opened by initialize() with replicas is counted once', async () => {
    const credentials = { host: '127.0.0.1', port: await closedPort(), username: 'x', database: 'x' };
    const { dataSource, failures } = unopened({
      socketPath: undefined,
      replication: { master: credentials, slaves: [credentials], removeNodeErrorCount: 10 },
    });
    await expect(dataSource.initialize()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(Object.values(await failures())).toEqual([1, 1]);
  });

  it('a silent server never completes is a timeout of initialize()', async () => {
    const { server, port } = await silentServer();
    const { dataSource, failures } = unopened({ socketPath: undefined, host: '127.0.0.1', port, connectTimeout: 50 });
    await expect(dataSource.initialize()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    server.close();
    expect(await failures()).toEqual(failed('timeout', 'timeout'));
  });

  it('is requested from a pool that is closed has the reason other', async () => {
    const { dataSource, failures } = unopened({});
    await dataSource.initialize();
    const { pool } = dataSource.driver as unknown as { pool: { end(done: () => void): void } };
    await new Promise<void>((resolve) => pool.end(resolve));
    expect(await refused(dataSource.query('SELECT 1'))).toBe('Pool is closed.');
    expect(await failures()).toEqual(failed('other', 'other'));
  });
});
