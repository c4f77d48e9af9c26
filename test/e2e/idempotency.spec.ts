import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { IdempotencyKeySweeper } from '../../src/infrastructure/database/idempotency/idempotency-key-sweeper';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aStockedProduct, placeOrder, statusesOf, stockOnTheShelf } from '../support/shop';

const RETENTION_HOURS = 2;
const ALL_BUT_THE_DATE = [
  ...(['hrtime', 'performance', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
];

describe('an idempotency key', () => {
  let service: RunningService;
  let database: Client;
  beforeAll(async () => {
    service = await RunningService.start({
      IDEMPOTENCY_RETENTION_HOURS: String(RETENTION_HOURS),
      // So that 300 concurrent requests wait instead of being rejected.
      DATABASE_POOL_QUEUE: '1000',
      DATABASE_ACQUIRE_TIMEOUT_MS: '20000',
    });
    database = await service.connectToDatabase();
  });
  afterAll(() => service.stop());

  const expire = (key: string) =>
    database.query(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = $1`, [key]);

  it('sent again with the same order returns the same order, with Idempotent-Replayed', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const key = randomUUID();
    const first = await placeOrder(service, [{ sku, quantity: 2 }], { key });
    const again = await placeOrder(service, [{ sku, quantity: 2 }], { key });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await stockOnTheShelf(service, sku)).toBe(3);
  });

  it('returns the current state of the order', async () => {
    const sku = await aStockedProduct(service);
    const key = randomUUID();
    const { body } = await placeOrder(service, [{ sku, quantity: 1 }], { key });
    await service.request(`/api/v1/orders/${body.id}/cancel`, { method: 'POST' });
    const again = await placeOrder(service, [{ sku, quantity: 1 }], { key });
    expect(again.body).toMatchObject({ id: body.id, status: 'cancelled' });
  });

  it('compares the lines, not the bytes of the body', async () => {
    const sku = await aStockedProduct(service);
    const key = randomUUID();
    const first = await placeOrder(service, [{ sku, quantity: 1 }], { key });
    const again = await service.request('/api/v1/orders', {
      method: 'POST',
      body: `{ "lines": [ {"quantity": 1.0, "sku": "${sku}"} ] }`,
      headers: { 'idempotency-key': key },
    });
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
  });

  it('sent again with another order is a conflict, and changes nothing', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const key = randomUUID();
    await placeOrder(service, [{ sku, quantity: 1 }], { key });
    expectProblem(await placeOrder(service, [{ sku, quantity: 2 }], { key }), 409, 'idempotency-key-reused');
    expect(await stockOnTheShelf(service, sku)).toBe(4);
  });

  it('can be used again when its order was refused', async () => {
    const sku = await aStockedProduct(service, { stock: 1 });
    const key = randomUUID();
    expectProblem(await placeOrder(service, [{ sku, quantity: 2 }], { key }), 409, 'insufficient-stock');
    expect(await placeOrder(service, [{ sku, quantity: 1 }], { key })).toMatchObject({ status: 201 });
  });

  it('belongs to its customer: the same key of another customer places another order', async () => {
    const sku = await aStockedProduct(service);
    const key = randomUUID();
    const alices = await placeOrder(service, [{ sku, quantity: 1 }], { key, as: 'alice' });
    const bobs = await placeOrder(service, [{ sku, quantity: 2 }], { key, as: 'bob' });
    expect([alices.status, bobs.status]).toEqual([201, 201]);
    expect(bobs.body.id).not.toBe(alices.body.id);
  });

  it('places one order when ten keys are each sent thirty times concurrently', async () => {
    const sku = await aStockedProduct(service, { stock: 300 });
    const keys = Array.from({ length: 10 }, () => randomUUID());
    const calls = keys.flatMap((key) =>
      Array.from({ length: 30 }, () => placeOrder(service, [{ sku, quantity: 1 }], { key })),
    );
    const responses = await Promise.all(calls);
    expect(statusesOf(responses)).toEqual({ 201: 300 });
    expect(new Set(responses.map(({ body }) => body.id)).size).toBe(10);
    expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(290);
    expect(await stockOnTheShelf(service, sku)).toBe(290);
  });

  it('is kept for the configured time', async () => {
    const sku = await aStockedProduct(service);
    const key = randomUUID();
    const { body } = await placeOrder(service, [{ sku, quantity: 1 }], { key });
    const { rows } = await database.query('SELECT expires_at FROM idempotency_keys WHERE key = $1', [key]);
    expect(rows[0].expires_at.getTime() - new Date(body.placedAt).getTime()).toBe(RETENTION_HOURS * 3_600_000);
  });

  it('can be used again once it has expired, even before it is deleted', async () => {
    const sku = await aStockedProduct(service);
    const key = randomUUID();
    const first = await placeOrder(service, [{ sku, quantity: 1 }], { key });
    await expire(key);
    const second = await placeOrder(service, [{ sku, quantity: 2 }], { key });
    expect(second).toMatchObject({ status: 201 });
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    expect(second.body.id).not.toBe(first.body.id);
    const again = await placeOrder(service, [{ sku, quantity: 2 }], { key });
    expect(again.body.id).toBe(second.body.id);
  });
});

describe('the sweeper of idempotency keys', () => {
  let service: RunningService;
  let database: Client;
  beforeAll(async () => {
    service = await RunningService.start({ IDEMPOTENCY_SWEEP_INTERVAL_MS: '100', LOG_LEVEL: 'warn' });
    database = await service.connectToDatabase();
  });
  afterAll(() => service.stop());

  const keysOf = async (customer: string, by = database): Promise<string[]> => {
    const { rows } = await by.query('SELECT key FROM idempotency_keys WHERE customer_id = $1 ORDER BY key', [customer]);
    return rows.map(({ key }) => key);
  };
  /** Stores keys that expire after the given interval, as if orders had been placed with them. */
  const keep = (customer: string, from: number, to: number, expiresIn: string, by = database) =>
    by.query(
      `INSERT INTO idempotency_keys SELECT $1, n, '\\x00', gen_random_uuid(), now() + $4::interval
         FROM generate_series($2::integer, $3::integer) AS n`,
      [customer, from, to, expiresIn],
    );

  it('deletes all expired keys, and no others', async () => {
    await keep('carol', 1, 2, '1 hour');
    await keep('carol', 3, 2_503, '-1 second');
    while ((await keysOf('carol')).length > 2);
    expect(await keysOf('carol')).toEqual(['1', '2']);
  });

  it('deletes no key too early where the clock of the service is ahead', async () => {
    const sweeper = new IdempotencyKeySweeper(service.service.app.get(DataSource), 1_000);
    await keep('grace', 1, 1, '1 hour');
    jest.useFakeTimers({ now: Date.now() + 2 * 86_400_000, doNotFake: [...ALL_BUT_THE_DATE] });
    try {
      await sweeper.sweep();
    } finally {
      jest.useRealTimers();
    }
    expect(await keysOf('grace')).toEqual(['1']);
  });

  it('skips a locked key, and deletes it later', async () => {
    // Locked before it expires.
    await keep('dave', 1, 1, '1 second');
    await database.query('BEGIN');
    await database.query(`SELECT FROM idempotency_keys WHERE customer_id = 'dave' FOR UPDATE`);
    const watcher = await service.connectToDatabase();
    // This key expires later: once it is deleted, the sweeper has passed the locked key.
    await keep('erin', 1, 1, '1 second', watcher);
    while ((await keysOf('erin', watcher)).length > 0);
    expect(await keysOf('dave')).toEqual(['1']);
    await database.query('COMMIT');
    while ((await keysOf('dave')).length > 0);
  });

  it('logs a warning when it fails, and continues when it can', async () => {
    await database.query('ALTER TABLE idempotency_keys RENAME TO keys_elsewhere');
    await service.log.first(
      ({ level, msg }) => level === 'warn' && /^Could not delete expired idempotency keys/.test(String(msg)),
    );
    await database.query('ALTER TABLE keys_elsewhere RENAME TO idempotency_keys');
    await keep('frank', 1, 1, '-1 second');
    while ((await keysOf('frank')).length > 0);
  });
});
