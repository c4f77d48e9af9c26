import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { SERVICE_ROLE } from '../support/database-urls';
import { untilBlocked } from '../support/locks';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aStockedProduct, statusesOf } from '../support/shop';

const POOL_SIZE = 4;

describe('a service', () => {
  let service: RunningService;
  let admin: Client;
  let sku: string;
  beforeAll(async () => {
    service = await RunningService.start({
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      DATABASE_POOL_QUEUE: '100',
      DATABASE_LOCK_TIMEOUT_MS: '0',
      DATABASE_STATEMENT_TIMEOUT_MS: '20000',
      LOG_LEVEL: 'info',
    });
    admin = await service.connectToDatabase();
    sku = await aStockedProduct(service, { stock: 0 });
  });
  afterAll(() => service.stop());

  const restock = () =>
    service.request(`/api/v1/products/${sku}/restock`, {
      method: 'POST',
      body: { quantity: 1 },
      headers: { 'idempotency-key': randomUUID() },
    });
  const health = async (probe: 'ready' | 'live') => (await service.request(`/health/${probe}`, { as: null })).status;

  it('is ready while all connections of its pool wait for one locked row', async () => {
    await admin.query('BEGIN');
    await admin.query('SELECT FROM products WHERE sku = $1 FOR UPDATE', [sku]);
    const waiting = Array.from({ length: 2 * POOL_SIZE }, () => restock());
    // The first one waits for this transaction, and the others for it.
    const waits = 'SELECT count(DISTINCT pid)::int AS sessions FROM pg_locks WHERE NOT granted';
    while ((await admin.query(waits)).rows[0].sessions < POOL_SIZE);
    const statuses: number[] = [];
    for (let probe = 0; probe < 10; probe += 1) statuses.push(await health('ready'), await health('live'));
    await admin.query('ROLLBACK');
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(statusesOf(await Promise.all(waiting))).toEqual({ 200: 2 * POOL_SIZE });
  });

  describe('whose connections lead to a server that may only be read, as after a failover,', () => {
    const readOnly = (value: 'on' | 'off') =>
      admin.query(`ALTER DATABASE ${service.database.name} SET default_transaction_read_only = ${value}`);
    const endSessions = () =>
      admin.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1`,
        [SERVICE_ROLE],
      );
    /** Connects all clients of the pool. */
    const fillPool = async () => {
      await admin.query('BEGIN');
      await admin.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
      const reading = Array.from({ length: POOL_SIZE }, () => service.request('/api/v1/orders'));
      await untilBlocked(admin, POOL_SIZE);
      await admin.query('ROLLBACK');
      return Promise.all(reading);
    };
    beforeAll(async () => {
      await readOnly('on');
      await endSessions();
      // Requests on connections that have just ended may fail.
      while (statusesOf(await fillPool())[200] !== POOL_SIZE);
    });
    afterAll(() => readOnly('off'));

    it('is not ready, and says why in its log; it is live, and still serves reads', async () => {
      expect(await health('ready')).toBe(503);
      await service.log.first(({ msg }) => msg === 'The database is read-only.');
      expect(await health('live')).toBe(200);
      expect(await service.request('/api/v1/orders')).toMatchObject({ status: 200 });
      expectProblem(await restock(), 503, 'unavailable');
    });

    it('writes again when the address leads to the primary: each connection fails at most one request', async () => {
      while (statusesOf(await fillPool())[200] !== POOL_SIZE);
      await readOnly('off');
      expect(await health('ready')).toBe(200);
      const statuses: number[] = [];
      for (let request = 0; request < 3 * POOL_SIZE; request += 1) statuses.push((await restock()).status);
      expect(statuses.slice(POOL_SIZE)).toEqual(Array(2 * POOL_SIZE).fill(200));
    });
  });
});
