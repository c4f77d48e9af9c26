import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { urlFor } from '../support/database-urls';
import { FaultyNetwork } from '../support/faulty-network';
import { RunningService, type ServiceResponse } from '../support/running-service';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';

describe('while the database is unreachable', () => {
  let database: ScratchDatabase;
  let network: FaultyNetwork;
  let service: RunningService;
  beforeAll(async () => {
    database = await createScratchDatabase();
    network = await FaultyNetwork.before(database.url);
    service = await RunningService.start({
      DATABASE_URL: network.url,
      // Far more than five orders of one product take, also on a busy machine.
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      DATABASE_ACQUIRE_TIMEOUT_MS: '2000',
      LOG_LEVEL: 'warn',
    });
    const price = { amount: 100, currency: 'EUR' };
    await service.request('/api/v1/products/TEA', { method: 'PUT', body: { name: 'Tea', price } });
    await service.request('/api/v1/products/TEA/restock', {
      method: 'POST',
      body: { quantity: 1_000 },
      headers: { 'idempotency-key': randomUUID() },
    });
  });
  afterEach(() => network.comeBack());
  afterAll(async () => {
    await service.stop();
    await network.close();
    await database.drop();
  });

  const list = (): Promise<ServiceResponse> => service.request('/api/v1/products');
  const order = (): Promise<ServiceResponse> =>
    service.request('/api/v1/orders', {
      method: 'POST',
      headers: { 'idempotency-key': randomUUID() },
      body: { lines: [{ sku: 'TEA', quantity: 1 }] },
    });
  const stock = async (): Promise<number> => {
    const { items } = (await service.request<{ items: { stock: number }[] }>('/api/v1/products')).body;
    return items[0]!.stock;
  };

  it('requests get 503 with Retry-After, and the service is live but not ready', async () => {
    network.goDown();
    for (const response of [await list(), await order()]) {
      expect(response).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await service.request('/health/ready')).status).toBe(503);
    expect((await service.request('/health/live')).status).toBe(200);
    const line = await service.log.first(({ msg }) => msg === 'The database is unreachable.');
    expect(line).toMatchObject({ reason: expect.stringMatching(/^.+$/) });
  });

  it('requests get 503 if the server is there and refuses new connections, and the service recovers by itself', async () => {
    const admin = new Client({ connectionString: urlFor('postgres', 'admin') });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS false`);
    network.goDown();
    network.comeBack();
    for (const response of [await list(), await order()]) {
      expect(response).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await service.request('/health/ready')).status).toBe(503);
    await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`);
    await admin.end();
    expect((await list()).status).toBe(200);
    expect((await service.request('/health/ready')).status).toBe(200);
  });

  it('the service recovers by itself once the database is reachable', async () => {
    network.goDown();
    await list();
    network.comeBack();
    // Each broken connection in the pool fails one request.
    while ((await list()).status !== 200);
    expect((await service.request('/health/ready')).status).toBe(200);
  });

  it('every acknowledged order is stored, and no order is stored twice', async () => {
    const before = await stock();
    let acknowledged = 0;
    const ordering = Array.from({ length: 30 }, async (_, index) => {
      if (index === 15) network.goDown();
      const { status, body } = await order();
      if (status === 201) acknowledged += 1;
      // A commit whose acknowledgement was lost may be stored: its client retries with its key.
      expect([undefined, 'unavailable', 'outcome-unknown']).toContain(body.code);
    });
    await Promise.all(ordering);
    network.comeBack();
    const taken = before - (await stock());
    expect(taken).toBeGreaterThanOrEqual(acknowledged);
    const { items } = (await service.request<{ items: unknown[] }>('/api/v1/orders?limit=100')).body;
    expect(items).toHaveLength(taken);
  });

  it('requests on a silent network time out, and no later write is lost', async () => {
    network.goSilent();
    const responses = await Promise.all([list(), order(), order()]);
    for (const { status } of responses) expect([503, 504]).toContain(status);
    network.comeBack();
    const before = await stock();
    const orders = await Promise.all(Array.from({ length: 5 }, () => order()));
    expect(orders.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(before - (await stock())).toBe(5);
  });
});
