import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { SERVICE_ROLE } from '../support/database-urls';
import { untilBlocked } from '../support/locks';
import { expectProblem } from '../support/problems';
import { RunningService, type RequestOptions, type ServiceResponse } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, cancelOrder } from '../support/shop';

/** Internal details: tables, SQL, drivers, files, stacks. */
const internals =
  /order_lines|idempotency_keys|products_|relation|column|select |insert |update |delete |\$\d|postgres|typeorm|pg_|sqlstate|query|statement|connection|terminat|lock|node_modules|\.[jt]s\b|\/src\/| at |Error:|ECONN|127\.0\.0\.1/i;

/** A problem without any internal details. */
function expectOpaqueFailure(response: ServiceResponse<any>, status: number, code: string): void {
  const { instance, ...rest } = expectProblem(response, status, code);
  expect(Object.keys(rest).sort()).toEqual(['code', 'status', 'title', 'type']);
  expect(JSON.stringify(rest)).not.toMatch(internals);
  expect(instance).toMatch(/^\/api\/v1\/[\w/-]+$/);
}

const TABLES = ['products', 'orders', 'order_lines', 'idempotency_keys'];
const SOME_ID = '0198c0de-0000-7000-8000-000000000000';

const requests: [string, string, RequestOptions][] = [
  ['placing an order', '/api/v1/orders', { method: 'POST', body: { lines: [{ sku: 'A', quantity: 1 }] } }],
  ['reading an order', `/api/v1/orders/${SOME_ID}`, {}],
  ['listing orders', '/api/v1/orders', {}],
  ['cancelling an order', `/api/v1/orders/${SOME_ID}/cancel`, { method: 'POST' }],
  ['listing products', '/api/v1/products', {}],
  [
    'adding a product',
    '/api/v1/products/A',
    { method: 'PUT', body: { name: 'Tea', price: { amount: 1, currency: 'EUR' } } },
  ],
  ['restocking a product', '/api/v1/products/A/restock', { method: 'POST', body: { quantity: 1 } }],
];

describe('when the database fails', () => {
  let service: RunningService;
  let database: Client;
  beforeAll(async () => {
    service = await RunningService.start({
      DATABASE_STATEMENT_TIMEOUT_MS: '400',
      DATABASE_LOCK_TIMEOUT_MS: '0',
      DATABASE_POOL_SIZE: '2',
      DATABASE_POOL_QUEUE: '0',
    });
    database = await service.connectToDatabase();
  });
  afterAll(() => service.stop());

  const ask = (path: string, options: RequestOptions) =>
    service.request(path, { ...options, headers: { 'idempotency-key': randomUUID() } });

  describe('because its tables are missing, which is a bug', () => {
    const rename = async (from: string, to: string) => {
      for (const table of TABLES) await database.query(`ALTER TABLE ${table}${from} RENAME TO ${table}${to}`);
    };
    beforeAll(() => rename('', '_gone'));
    afterAll(() => rename('_gone', ''));

    it.each(requests)('%s responds with 500, without internal details', async (_, path, options) => {
      expectOpaqueFailure(await ask(path, options), 500, 'internal-error');
    });
  });

  describe('in the middle of a statement', () => {
    let sku: string;
    let orderId: string;
    beforeAll(async () => {
      sku = await aStockedProduct(service);
      orderId = await aPlacedOrder(service, { sku });
    });

    /** Cancels an order while another session holds a lock on the table. */
    const cancelAgainstALock = async (meanwhile: () => Promise<unknown>) => {
      await database.query('BEGIN');
      try {
        await database.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
        const cancelling = cancelOrder(service, orderId);
        await untilBlocked(database);
        await meanwhile();
        return await cancelling;
      } finally {
        await database.query('ROLLBACK');
      }
    };

    it('that exceeds the statement timeout, the response is 504', async () => {
      expectOpaqueFailure(await cancelAgainstALock(() => Promise.resolve()), 504, 'deadline-exceeded');
    });

    it('whose connection the server terminates, the response is 503', async () => {
      const terminate = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
      const response = await cancelAgainstALock(() => database.query(terminate));
      expectOpaqueFailure(response, 503, 'unavailable');
    });

    it('nothing is left half-done: the same request succeeds afterwards', async () => {
      expect(await cancelOrder(service, orderId)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    });
  });

  const endConnections = () =>
    database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1`,
      [SERVICE_ROLE],
    );

  it('by terminating every idle connection, at most one request gets 503', async () => {
    await endConnections();
    const first = await service.request('/api/v1/orders');
    if (first.status !== 200) expectOpaqueFailure(first, 503, 'unavailable');
    expect(await service.request('/api/v1/orders')).toMatchObject({ status: 200 });
  });

  it('because the pool is exhausted, further requests get 503 immediately', async () => {
    await database.query('BEGIN');
    await database.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const holders = [service.request('/api/v1/orders'), service.request('/api/v1/orders')];
    await untilBlocked(database, 2);
    expectOpaqueFailure(await service.request('/api/v1/products'), 503, 'unavailable');
    await database.query('ROLLBACK');
    expect(await Promise.all(holders)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });

  it('by refusing new connections, the response is 503, and so is readiness', async () => {
    await database.query(`ALTER DATABASE ${service.database.name} CONNECTION LIMIT 0`);
    try {
      await endConnections();
      expectOpaqueFailure(await service.request('/api/v1/orders'), 503, 'unavailable');
      expectOpaqueFailure(await service.request('/api/v1/orders'), 503, 'unavailable');
      expectProblem(await service.request('/health/ready', { as: null }), 503, 'unavailable');
      expect(await service.request('/health/live', { as: null })).toMatchObject({ status: 200 });
    } finally {
      await database.query(`ALTER DATABASE ${service.database.name} CONNECTION LIMIT -1`);
    }
    expect(await service.request('/health/ready', { as: null })).toMatchObject({ status: 200 });
  });

  describe('to store a value', () => {
    const NUL = '\0';
    const cursorOf = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const put = (sku: string, name: string, currency = 'EUR'): [string, RequestOptions] => [
      `/api/v1/products/${encodeURIComponent(sku)}`,
      { method: 'PUT', body: { name, price: { amount: 1, currency } } },
    ];
    it.each<[string, number, [string, RequestOptions]]>([
      ['the name of a product', 400, put('A', `Tea${NUL}`)],
      ['the currency of a price', 422, put('A', 'Tea', `EU${NUL}`)],
      ['a SKU in a path', 400, put(`A${NUL}`, 'Tea')],
      [
        'a SKU in a body',
        400,
        ['/api/v1/orders', { method: 'POST', body: { lines: [{ sku: `A${NUL}`, quantity: 1 }] } }],
      ],
      ['an order id', 400, [`/api/v1/orders/${encodeURIComponent(SOME_ID + NUL)}`, {}]],
      ['a status', 400, ['/api/v1/orders?status=placed%00', {}]],
      ['a limit', 400, ['/api/v1/orders?limit=1%00', {}]],
      ['an encoded cursor', 400, ['/api/v1/products?cursor=a%00b', {}]],
      ['the SKU in a cursor', 400, [`/api/v1/products?cursor=${cursorOf(`A${NUL}`)}`, {}]],
      [
        'the id in a cursor',
        400,
        [`/api/v1/orders?cursor=${cursorOf('2026-01-01T00:00:00.000000Z', `${SOME_ID}${NUL}`)}`, {}],
      ],
      ['the name of a parameter', 400, ['/api/v1/orders?%00=1', {}]],
      ['a token subject', 401, ['/api/v1/orders', { as: `ali${NUL}ce` }]],
    ])('because of a NUL character in %s, the response is %i', async (_, status, [path, options]) => {
      const response = await ask(path, options);
      expect(response.status).toBe(status);
      expectProblem(response, status, String(response.body.code));
      expect(JSON.stringify(response.body)).not.toMatch(/SQL|\b22021\b|encoding|UTF8/);
    });

    it.each([
      ['before the year 0', '-271821-04-20T00:00:00.000000Z'],
      ['after the year 9999', '+275760-09-13T00:00:00.000000Z'],
      ['in the year 0, which PostgreSQL does not have', '0000-01-01T00:00:00.000000Z'],
    ])('because of a time %s in a cursor, the response is 400', async (_, time) => {
      const response = await service.request(`/api/v1/orders?cursor=${cursorOf(time, SOME_ID)}`);
      expectOpaqueFailure(response, 400, 'invalid-cursor');
    });

    it('because the subject is too long for an index, the response is 400', async () => {
      const as = randomBytes(2_500).toString('hex');
      const sku = await aStockedProduct(service);
      const body = { lines: [{ sku, quantity: 1 }] };
      expectOpaqueFailure(await ask('/api/v1/orders', { method: 'POST', body, as }), 400, 'unstorable-value');
    });
  });
});

describe('when a row stays locked for longer than the lock timeout', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ DATABASE_LOCK_TIMEOUT_MS: '200' });
  });
  afterAll(() => service.stop());

  it('the response is 503, and the row is unchanged', async () => {
    const sku = await aStockedProduct(service);
    const database = await service.connectToDatabase();
    await database.query('BEGIN');
    await database.query('SELECT FROM products WHERE sku = $1 FOR UPDATE', [sku]);
    const restocking = service.request(`/api/v1/products/${sku}/restock`, {
      method: 'POST',
      body: { quantity: 1 },
      headers: { 'idempotency-key': randomUUID() },
    });
    expectOpaqueFailure(await restocking, 503, 'unavailable');
    await database.query('ROLLBACK');
    const page = await service.request<{ items: unknown[] }>('/api/v1/products');
    expect(page.body.items).toMatchObject([{ sku, stock: 10 }]);
  });
});
