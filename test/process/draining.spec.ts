import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { Balancer } from '../support/balancer';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { ServiceProcess } from '../support/service-process';

describe('a rolling restart under load', () => {
  let database: ScratchDatabase;
  const replicas: ServiceProcess[] = [];
  const balancer = new Balancer();
  beforeAll(async () => {
    database = await createScratchDatabase();
  });
  afterAll(async () => {
    balancer.stop();
    for (const replica of replicas) {
      replica.signal('SIGKILL');
      await replica.ended;
    }
    await database.drop();
  });

  async function startReplica(): Promise<{ replica: ServiceProcess; url: string; token: string }> {
    const replica = new ServiceProcess({
      DATABASE_URL: database.url,
      RATE_LIMIT: '0',
      LOG_LEVEL: 'info',
      SHUTDOWN_DRAIN_MS: '2000',
    });
    replicas.push(replica);
    const url = await replica.ready();
    const token = await signForRunningService(Number(new URL(url).port), {
      subject: 'alice',
      scopes: ['catalogue:write'],
    });
    return { replica, url, token };
  }

  it('loses no request: each gets a response, and each acknowledged order is stored', async () => {
    const [first, second] = await Promise.all([startReplica(), startReplica()]);
    const tokens = new Map([first, second].map(({ url, token }) => [url, token]));
    const send = (url: string, path: string, init: RequestInit = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${tokens.get(url)}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
      });
    const product = JSON.stringify({ name: 'Tea', price: { amount: 100, currency: 'EUR' } });
    await send(first.url, '/api/v1/products/TEA', { method: 'PUT', body: product });
    await send(first.url, '/api/v1/products/TEA/restock', { method: 'POST', body: '{"quantity":1000000}' });
    balancer.watch(first.url);
    balancer.watch(second.url);

    const outcomes = new Map<string, number>();
    const acknowledged: string[] = [];
    let working = true;
    const worker = async (): Promise<void> => {
      while (working) {
        const url = balancer.choose();
        try {
          const response = await send(url, '/api/v1/orders', {
            method: 'POST',
            body: '{"lines":[{"sku":"TEA","quantity":1}]}',
          });
          const { id } = (await response.json()) as { id: string };
          outcomes.set(String(response.status), (outcomes.get(String(response.status)) ?? 0) + 1);
          if (response.status === 201) acknowledged.push(id);
        } catch (error) {
          const reason = String((error as Error).cause ?? error);
          outcomes.set(reason, (outcomes.get(reason) ?? 0) + 1);
        }
      }
    };
    const workers = Array.from({ length: 20 }, worker);
    while (acknowledged.length < 100) await delay(20);
    first.replica.signal('SIGTERM');
    expect(await first.replica.ended).toBe(0);
    expect(balancer.has(first.url)).toBe(false);
    const soFar = acknowledged.length;
    while (acknowledged.length < soFar + 100) await delay(20);
    working = false;
    await Promise.all(workers);

    expect(Object.fromEntries(outcomes)).toEqual({ '201': acknowledged.length });
    const witness = new Client({ connectionString: database.url });
    await witness.connect();
    const { rows } = await witness.query<{ id: string }>('SELECT id FROM orders');
    await witness.end();
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(acknowledged));
  }, 60_000);

  it('says that it is not ready, and serves on, until its time is over', async () => {
    const { replica, url, token } = await startReplica();
    replica.signal('SIGTERM');
    await replica.line(/shutting down/);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get('content-type')).toContain('application/problem+json');
    const live = await fetch(`${url}/health/live`);
    expect(live.status).toBe(200);
    const served = await fetch(`${url}/api/v1/products`, { headers: { authorization: `Bearer ${token}` } });
    expect(served.status).toBe(200);
    expect(served.headers.get('connection')).toBe('close');
    expect(await replica.ended).toBe(0);
  });
});
