import { Client } from 'pg';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { assertMigrated, migrate } from '../../../../src/infrastructure/database/migrate';
import { createLogger } from '../../../../src/infrastructure/observability/logger';
import { Service } from '../../../../src/service';
import { startPgBouncer, type PgBouncerOptions, type TestPgBouncer } from '../../../query-timing/support/pgbouncer';
import { aConfiguration } from '../../../support/configuration';
import { SERVICE_ROLE } from '../../../support/database-urls';
import { LogCapture } from '../../../support/log-capture';
import { Scrape } from '../../../support/metrics';
import { untilBlocked } from '../../../support/locks';
import { expectProblem } from '../../../support/problems';
import { RunningService, type ServiceResponse } from '../../../support/running-service';
import { createScratchDatabase, type ScratchDatabase } from '../../../support/scratch-database';
import { aStockedProduct, placeOrder, statusesOf } from '../../../support/shop';

const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

/** What the guide says for transaction pooling. */
const SETTINGS_OF_THE_GUIDE = {
  ignore_startup_parameters: LIMITS.join(','),
  query_wait_timeout: 3,
  server_login_retry: 1,
  default_pool_size: 4,
};
const MANY = 2_000;

export interface ExpectedOfVersion {
  /** The release of Debian that has it. */
  readonly suite: string;
  /** Whether the limits hold if `track_extra_parameters` names them. */
  readonly trackedLimits: 'hold' | 'do not hold' | 'prevent its start';
}

/** Defines the tests of the service behind a PgBouncer with transaction pooling. */
export function describeServiceBehindPgBouncer({ suite, trackedLimits }: ExpectedOfVersion): void {
  let database: ScratchDatabase;
  let admin: Client;
  beforeAll(async () => {
    database = await createScratchDatabase();
    admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.end();
    await database?.drop();
  });
  const bouncers: TestPgBouncer[] = [];
  afterEach(async () => {
    for (const bouncer of bouncers.splice(0)) await bouncer.stop();
  });
  const startBouncer = async (settings: PgBouncerOptions['settings']): Promise<TestPgBouncer> => {
    const bouncer = await startPgBouncer(database.url, { suite, settings });
    bouncers.push(bouncer);
    return bouncer;
  };
  const setLimits = async (limits: Readonly<Record<string, string>>) => {
    for (const name of LIMITS) {
      const value = limits[name];
      const where = `ALTER ROLE ${SERVICE_ROLE} IN DATABASE ${database.name}`;
      await admin.query(value === undefined ? `${where} RESET ${name}` : `${where} SET ${name} = '${value}'`);
    }
  };
  /** The limits that hold for the statements of the service, after its start has read the migrations. */
  const limitsOn = async ({ url }: TestPgBouncer): Promise<unknown> => {
    await assertMigrated(url);
    const dataSource = createDataSource(url, aConfiguration({ DATABASE_URL: url }).database);
    await dataSource.initialize();
    const values = LIMITS.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
    const [limits] = await dataSource.query<[unknown]>(`SELECT ${values}`);
    await dataSource.destroy();
    return limits;
  };

  it('the start fails with the message of the guide while PgBouncer does not ignore the limits', async () => {
    const { url } = await startBouncer({});
    for (const first of ['true', 'false']) {
      const configuration = aConfiguration({ DATABASE_URL: url, DATABASE_MIGRATE: first });
      const starting = new Service(configuration, createLogger(configuration.logging, new LogCapture())).start();
      await expect(starting).rejects.toThrow('unsupported startup parameter: lock_timeout');
    }
  });

  it('the start fails with what would be right where PgBouncer has statement pooling', async () => {
    const { url } = await startBouncer({ ...SETTINGS_OF_THE_GUIDE, pool_mode: 'statement' });
    for (const first of ['true', 'false']) {
      const configuration = aConfiguration({ DATABASE_URL: url, DATABASE_MIGRATE: first });
      const starting = new Service(configuration, createLogger(configuration.logging, new LogCapture())).start();
      await expect(starting).rejects.toThrow(
        /cannot be used: transaction blocks not allowed .*: set pool_mode of PgBouncer to transaction or session\.$/,
      );
    }
  });

  it('times are read whatever the date style of the role is', async () => {
    const setting = `ALTER ROLE ${SERVICE_ROLE} IN DATABASE ${database.name}`;
    await admin.query(`${setting} SET DateStyle = 'German'`);
    const { url } = await startBouncer(SETTINGS_OF_THE_GUIDE);
    const dataSource = await createDataSource(url, aConfiguration({ DATABASE_URL: url }).database).initialize();
    const time = new Date('2026-02-03T04:05:06.789Z');
    expect(await dataSource.query('SELECT $1::timestamptz AS time', [time])).toEqual([{ time }]);
    await dataSource.destroy();
    await admin.query(`${setting} RESET DateStyle`);
  });

  it('the limits of the role hold, as the guide says', async () => {
    const limits = { statement_timeout: '5s', lock_timeout: '2s', idle_in_transaction_session_timeout: '10s' };
    await setLimits(limits);
    expect(await limitsOn(await startBouncer(SETTINGS_OF_THE_GUIDE))).toEqual(limits);
    await setLimits({});
  });

  it(`limits that track_extra_parameters names ${trackedLimits}`, async () => {
    const starting = startBouncer({ track_extra_parameters: LIMITS.join(',') });
    if (trackedLimits === 'prevent its start') {
      await expect(starting).rejects.toThrow('track_extra_parameters');
      return;
    }
    const bouncer = await starting;
    // Those of the service in the tests, or none.
    const expected =
      trackedLimits === 'hold'
        ? { statement_timeout: '1min', lock_timeout: '1min', idle_in_transaction_session_timeout: '1min' }
        : { statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' };
    expect(await limitsOn(bouncer)).toEqual(expected);
  });

  describe('with the settings of the guide', () => {
    let bouncer: TestPgBouncer;
    let service: RunningService;
    let sku: string;
    beforeAll(async () => {
      bouncer = await startPgBouncer(database.url, { suite, settings: SETTINGS_OF_THE_GUIDE });
      service = await RunningService.start({
        DATABASE_URL: bouncer.url,
        DATABASE_MIGRATE: 'false',
        DATABASE_POOL_SIZE: '8',
        DATABASE_ACQUIRE_TIMEOUT_MS: '60000',
        DATABASE_STATEMENT_TIMEOUT_MS: '60000',
        LOG_LEVEL: 'info',
      });
      sku = await aStockedProduct(service, { stock: 1_000 });
      await insertOrders();
    }, 60_000);
    afterAll(async () => {
      await service?.stop();
      await bouncer?.stop();
    });
    const insertOrders = () =>
      admin.query(
        `WITH placed AS (
           INSERT INTO orders
           SELECT gen_random_uuid(), 'collector', 'placed', 1, 'EUR', now() - n * interval '1 s', 1
             FROM generate_series(1, ${MANY}) n
           RETURNING id)
         INSERT INTO order_lines SELECT id, 1, '${sku}', 1, 1 FROM placed`,
      );
    const place = () => placeOrder(service, [{ sku, quantity: 1 }]);
    const placeMany = (count: number) => Array.from({ length: count }, place);
    const ordersPlaced = async () => {
      const { rows } = await admin.query<{ orders: number }>(
        `SELECT count(*)::int AS orders FROM orders WHERE customer_id = 'alice'`,
      );
      return rows[0]!.orders;
    };
    const isReady = async () => (await service.request('/health/ready', { as: null })).status === 200;
    /** Waits until PgBouncer lets this number of clients wait for a server connection. */
    const untilWaiting = async (clients: number) => {
      for (;;) {
        const { rows } = await bouncer.console.query<{ database: string; cl_waiting: string }>('SHOW POOLS');
        const pool = rows.find((row) => row.database === database.name);
        if (Number(pool?.cl_waiting ?? 0) >= clients) return;
      }
    };
    const limitWaits = (seconds: number) => bouncer.console.query(`SET query_wait_timeout = ${seconds}`);
    /** Sends them while the work goes on. @returns their statuses, and the errors in the log */
    const outcomeOf = async (requests: readonly Promise<ServiceResponse>[], work: () => Promise<unknown>) => {
      const logged = service.log.lines.length;
      await work();
      const statuses = statusesOf(await Promise.all(requests));
      return { statuses, errors: service.log.lines.slice(logged).flatMap(({ err }) => (err ? [err] : [])) };
    };
    const recovers = async () => {
      while ((await service.request('/api/v1/orders?limit=1')).status !== 200);
      expect(await isReady()).toBe(true);
      expect((await place()).status).toBe(201);
    };

    // Nothing depends on how busy the machine is.
    beforeEach(() => limitWaits(60));

    it('orders are placed once each, and all of them are exported', async () => {
      const before = await ordersPlaced();
      expect(statusesOf(await Promise.all(placeMany(30)))).toEqual({ 201: 30 });
      expect((await ordersPlaced()) - before).toBe(30);
      const { body } = await service.request<string>('/api/v1/orders/export', { as: 'collector' });
      expect(body.split('\n').filter(Boolean)).toHaveLength(MANY);
    });

    it('a migration that makes prepared statements useless fails no request', async () => {
      const lists = () => ['orders', 'products'].map((list) => service.request(`/api/v1/${list}`));
      // As often as it takes until each is prepared on several connections, before the migration and after it.
      const work = async () => {
        const responses = [];
        for (let i = 0; i < 10; i++) responses.push(...(await Promise.all([...placeMany(4), ...lists(), ...lists()])));
        return statusesOf(responses);
      };
      expect(await work()).toEqual({ 200: 40, 201: 40 });
      await admin.query('ALTER TABLE products ALTER COLUMN name TYPE varchar(1000)');
      await admin.query('ALTER TABLE orders ALTER COLUMN status TYPE varchar(100)');
      expect(await work()).toEqual({ 200: 40, 201: 40 });
    });

    it('PAUSE only delays requests, if RESUME follows within query_wait_timeout', async () => {
      await bouncer.console.query(`PAUSE ${database.name}`);
      const resume = async () => {
        await untilWaiting(6);
        await bouncer.console.query(`RESUME ${database.name}`);
      };
      expect(await outcomeOf(placeMany(6), resume)).toEqual({ statuses: { 201: 6 }, errors: [] });
    });

    it('RECONNECT fails no request', async () => {
      const reconnect = () => bouncer.console.query(`RECONNECT ${database.name}`);
      expect(await outcomeOf(placeMany(30), reconnect)).toEqual({ statuses: { 201: 30 }, errors: [] });
    });

    it('after KILL requests get 503 until RESUME, and the service recovers by itself', async () => {
      await limitWaits(SETTINGS_OF_THE_GUIDE.query_wait_timeout);
      await bouncer.console.query(`KILL ${database.name}`);
      expectProblem(await place(), 503, 'unavailable');
      expect(await isReady()).toBe(false);
      await bouncer.console.query(`RESUME ${database.name}`);
      await recovers();
    });

    it('during a restart requests get 503, no acknowledged order is lost, and the service recovers by itself', async () => {
      await limitWaits(SETTINGS_OF_THE_GUIDE.query_wait_timeout);
      const before = await ordersPlaced();
      const placed = placeMany(30);
      await Promise.race(placed);
      await bouncer.halt();
      const statuses = statusesOf(await Promise.all(placed));
      expectProblem(await place(), 503, 'unavailable');
      expect(await isReady()).toBe(false);
      // The response to a COMMIT may be lost: 504.
      expect(Object.keys(statuses).filter((status) => !['201', '503', '504'].includes(status))).toEqual([]);
      const stored = (await ordersPlaced()) - before;
      expect(stored).toBeGreaterThanOrEqual(statuses[201] ?? 0);
      expect(stored).toBeLessThanOrEqual((statuses[201] ?? 0) + (statuses[504] ?? 0));
      await bouncer.restart();
      await recovers();
    });

    it('while it is full, requests get 503 after query_wait_timeout, and none of them waits for the pool', async () => {
      const { default_pool_size: connections } = SETTINGS_OF_THE_GUIDE;
      await limitWaits(SETTINGS_OF_THE_GUIDE.query_wait_timeout);
      await admin.query('BEGIN');
      await admin.query('LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
      const holding = Array.from({ length: connections }, () => service.request('/api/v1/products'));
      await untilBlocked(admin, connections);
      const waiting = [service.request('/api/v1/orders?limit=1'), service.request('/api/v1/orders?limit=1')];
      await untilWaiting(2);
      expect((await Scrape.of(service)).sum('db_pool_pending')).toBe(0);
      expect(await isReady()).toBe(false);
      for (const response of await Promise.all(waiting)) expectProblem(response, 503, 'unavailable');
      await admin.query('ROLLBACK');
      expect(statusesOf(await Promise.all(holding))).toEqual({ 200: connections });
      await recovers();
    });
  });

  it('the lock of migrations that ran through PgBouncer outlives them, until its connection is closed', async () => {
    const bouncer = await startBouncer(SETTINGS_OF_THE_GUIDE);
    await migrate(bouncer.url);
    let migrating: Promise<string[]> | undefined;
    await new Promise<string>((resolve) => {
      migrating = migrate(database.url, { onWait: resolve });
    });
    await bouncer.console.query(`RECONNECT ${database.name}`);
    expect(await migrating).toEqual([]);
  });
}
