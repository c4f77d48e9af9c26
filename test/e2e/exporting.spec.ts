import { Scrape } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aPlacedOrder } from '../support/shop';

/** More than the buffers between the service and a client that does not read can hold. */
const MANY = 40_000;

const EXPORT = '/api/v1/orders/export';
const STREAMED = 'db_query_streamed_rows_total';

describe('the export of orders', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({
      DATABASE_POOL_SIZE: '1',
      DATABASE_LOCK_TIMEOUT_MS: '100',
      // A busy machine may need longer than the default for the whole export.
      DATABASE_STATEMENT_TIMEOUT_MS: '25000',
      LOG_LEVEL: 'info',
    });
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
  });
  afterAll(() => service.stop());

  const linesOf = (body: string) => body.split('\n').filter(Boolean);
  const rowsStreamed = async () => (await Scrape.of(service)).value(STREAMED)!;
  /** An export of which the client has read the first chunk only. */
  const startExport = async () => {
    const abortController = new AbortController();
    const { body, headers } = await fetch(new URL(EXPORT, service.url), {
      headers: { authorization: `Bearer ${await service.token('collector')}` },
      signal: abortController.signal,
    });
    const reader = body!.getReader();
    await reader.read();
    return { abortController, reader, requestId: headers.get('x-request-id') };
  };
  /** There is one connection, so this waits until it is free. */
  const expectFreeConnection = async () =>
    expect(await service.request('/api/v1/orders?limit=1', { as: 'alice' })).toMatchObject({ status: 200 });

  it('has one line per order of the customer, in the form of the list, and no orders of others', async () => {
    for (let order = 0; order < 3; order += 1) await aPlacedOrder(service, { as: 'alice' });
    const response = await service.request<string>(EXPORT, { as: 'alice' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const listed = await service.request('/api/v1/orders', { as: 'alice' });
    expect(linesOf(response.body).map((line) => JSON.parse(line) as unknown)).toEqual(listed.body.items);
  });

  it('is empty for a customer without orders', async () => {
    expect(await service.request(EXPORT, { as: 'newcomer' })).toMatchObject({ status: 200, body: '' });
  });

  it('is complete when there are many orders, and counts one statement', async () => {
    const before = await Scrape.of(service);
    const { body } = await service.request<string>(EXPORT, { as: 'collector' });
    expect(new Set(linesOf(body)).size).toBe(MANY);
    const after = await Scrape.of(service);
    const gained = (series: string) => after.value(series)! - before.value(series)!;
    expect(gained(STREAMED)).toBe(MANY);
    expect(gained('db_queries_total{query_type="SELECT"}')).toBe(1);
    expect(gained('db_query_first_row_seconds_count')).toBe(1);
  });

  it('responds with a problem when the query cannot start, and releases its connection', async () => {
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const response = await service.request(EXPORT, { as: 'collector' });
    await other.query('ROLLBACK');
    expectProblem(response, 503, 'unavailable');
    await expectFreeConnection();
  });

  it('reads no faster than the client, and releases its connection when the client disconnects', async () => {
    const before = await rowsStreamed();
    const { abortController } = await startExport();
    abortController.abort();
    await expectFreeConnection();
    const rows = (await rowsStreamed()) - before;
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(MANY);
  });

  it('aborts the connection when it fails half-way, so that a client notices, and logs the request id', async () => {
    const { reader, requestId } = await startExport();
    await service.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%FROM orders%' AND pid <> pg_backend_pid()
          AND datname = current_database()`,
    );
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow('terminated');
    await service.log.first((line) => line.msg === 'response stream aborted' && line.requestId === requestId);
    await expectFreeConnection();
  });
});
