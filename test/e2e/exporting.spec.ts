import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { LogLine } from '../support/log-capture';
import { Scrape, statementsDuring } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aPlacedOrder } from '../support/shop';

/** More than the buffers between the service and a client that does not read can hold. */
const MANY = 30_000;
/** Of the export. */
const ORDERS_PER_PAGE = 500;

const EXPORT = '/api/v1/orders/export';

async function insertOrders(service: RunningService): Promise<void> {
  await service.rows(`INSERT INTO products VALUES ('TEA', 'Tea', 100, 'EUR', 0, 1)`);
  await service.rows(
    `WITH placed AS (
       INSERT INTO orders
       SELECT gen_random_uuid(), 'collector', 'placed', 100, 'EUR', now() - n * interval '1 second', 1
         FROM generate_series(1, $1::integer) n
       RETURNING id)
     INSERT INTO order_lines SELECT id, 1, 'TEA', 1, 100 FROM placed`,
    [MANY],
  );
  await service.rows('ANALYZE orders, order_lines');
}

const linesOf = (body: string) => body.split('\n').filter(Boolean);

/** An export of which the client has read the first chunk only. */
async function startExport(service: RunningService, as = 'collector') {
  const abortController = new AbortController();
  const { body, headers, status } = await fetch(new URL(EXPORT, service.url), {
    headers: { authorization: `Bearer ${await service.token(as)}` },
    signal: abortController.signal,
  });
  const reader = body!.getReader();
  await reader.read();
  const readRest = async () => {
    while (!(await reader.read()).done);
  };
  return { abort: () => abortController.abort(), readRest, status, requestId: headers.get('x-request-id') };
}

/** Also when exports that were just aborted still have their slots. */
async function startAdmittedExport(service: RunningService) {
  for (;;) {
    const started = await startExport(service);
    if (started.status === 200) return started;
  }
}

describe('the export of orders', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({
      DATABASE_POOL_SIZE: '1',
      DATABASE_LOCK_TIMEOUT_MS: '100',
      EXPORT_LIMIT: '2',
      EXPORT_LIMIT_PER_CALLER: '2',
      EXPORT_IDLE_TIMEOUT_MS: '4000',
      LOG_LEVEL: 'info',
    });
    await insertOrders(service);
  });
  afterAll(() => service.stop());

  it('has one line per order of the customer, in the form of the list, and no orders of others', async () => {
    for (let order = 0; order < 3; order += 1) await aPlacedOrder(service, { as: 'alice' });
    const response = await service.request<string>(EXPORT, { as: 'alice' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const listed = await service.request('/api/v1/orders', { as: 'alice' });
    expect(linesOf(response.body).map((line) => JSON.parse(line) as unknown)).toEqual(listed.body.items);
  });

  it('has no more listeners on its response than Node takes for a leak', async () => {
    const server = service.service.app.getHttpServer();
    const listening = new Promise<[number, number]>((resolve) =>
      server.once('request', (_, response: ServerResponse) =>
        response.once('finish', () => resolve([response.listenerCount('close'), response.getMaxListeners()])),
      ),
    );
    await service.request(EXPORT);
    const [listeners, limit] = await listening;
    expect(listeners).toBeLessThanOrEqual(limit);
  });

  it('is empty for a customer without orders', async () => {
    expect(await service.request(EXPORT, { as: 'newcomer' })).toMatchObject({ status: 200, body: '' });
  });

  it('is complete when there are many orders, in one statement per page, and continues after any of them', async () => {
    let body = '';
    const statements = await statementsDuring(service, async () => {
      body = (await service.request<string>(EXPORT, { as: 'collector' })).body;
    });
    const lines = linesOf(body);
    expect(new Set(lines).size).toBe(MANY);
    const orders = lines.map((line) => JSON.parse(line) as { id: string; placedAt: string });
    const times = orders.map(({ placedAt }) => placedAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(statements).toBe(MANY / ORDERS_PER_PAGE + 1);

    const exportAfter = async (index: number) =>
      linesOf((await service.request<string>(`${EXPORT}?after=${orders[index]!.id}`, { as: 'collector' })).body);
    expect(await exportAfter(MANY - 1_235)).toEqual(lines.slice(MANY - 1_234));
    expect(await exportAfter(MANY - 1)).toEqual([]);
  });

  it('does not continue after an order that the customer does not have', async () => {
    const id = await aPlacedOrder(service, { as: 'bob' });
    for (const after of [id, randomUUID()]) {
      expectProblem(await service.request(`${EXPORT}?after=${after}`, { as: 'collector' }), 404, 'order-not-found');
    }
    expectProblem(await service.request(`${EXPORT}?after=nonsense`), 400, 'validation-failed');
  });

  it('responds with a problem when the query cannot start', async () => {
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const response = await service.request(EXPORT, { as: 'collector' });
    await other.query('ROLLBACK');
    expectProblem(response, 503, 'unavailable');
  });

  it('keeps no connection while its client does not read, and reads no faster than the client', async () => {
    let running: Awaited<ReturnType<typeof startExport>>[] = [];
    const statements = await statementsDuring(service, async () => {
      running = [await startExport(service), await startExport(service)];
      // The pool has one connection.
      for (let request = 0; request < 10; request += 1) {
        expect((await service.request('/api/v1/orders?limit=1', { as: 'alice' })).status).toBe(200);
      }
    });
    expect(statements).toBeLessThan(MANY / ORDERS_PER_PAGE);
    for (const one of running) one.abort();
  });

  it('aborts the connection when it fails half-way, so that a client notices, and logs the request id', async () => {
    const { readRest, requestId } = await startAdmittedExport(service);
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    await expect(readRest()).rejects.toThrow('terminated');
    await service.log.first((line) => line.msg === 'response stream aborted' && line.requestId === requestId);
    await other.query('ROLLBACK');
  });

  it('is refused without a stack or a separate line in the log, but one line per second with their number', async () => {
    const running = [await startAdmittedExport(service), await startAdmittedExport(service)];
    const refused = async () => (await Scrape.of(service)).value('http_requests_refused_total{reason="exports"}')!;
    const [before, logged] = [await refused(), service.log.lines.length];
    for (let request = 0; request < 20; request += 1) {
      expectProblem(await service.request(EXPORT, { as: 'newcomer' }), 503, 'unavailable');
    }
    expect(await refused()).toBe(before + 20);
    const added = () => service.log.lines.slice(logged);
    const reported = () =>
      added().reduce((sum, { refused: one }) => sum + ((one as { exports: number })?.exports ?? 0), 0);
    await service.log.first(() => reported() === 20);
    expect(added().filter(({ err, status }) => err !== undefined || status === 503)).toEqual([]);
    for (const one of running) one.abort();
  });

  it('is limited, per caller and in all, and one that is not read is ended and leaves its slot', async () => {
    const running = [await startAdmittedExport(service), await startAdmittedExport(service)];
    const refused = expectProblem(await service.request(EXPORT, { as: 'collector' }), 429, 'too-many-requests');
    expect(refused.detail).toBe('You may run 2 exports concurrently.');
    expectProblem(await service.request(EXPORT, { as: 'newcomer' }), 503, 'unavailable');
    expect((await service.request('/api/v1/orders?limit=1', { as: 'newcomer' })).status).toBe(200);
    for (const { requestId, readRest } of running) {
      const isIt = (line: LogLine) =>
        line.requestId === requestId && line.msg === 'export ended: its client reads nothing';
      await service.log.first(isIt);
      await expect(readRest()).rejects.toThrow('terminated');
    }
    expect((await service.request(EXPORT, { as: 'newcomer' })).status).toBe(200);
  });
});
