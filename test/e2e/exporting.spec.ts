import { Scrape } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aPlacedOrder } from '../support/shop';

/** So many that the buffers between a service and a client who does not read hold only a part of them. */
const MANY = 40_000;

const EXPORT = '/api/v1/orders/export';
const STREAMED = 'db_query_streamed_rows_total';

describe('the export of orders', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({
      DATABASE_POOL_SIZE: '1',
      DATABASE_LOCK_TIMEOUT_MS: '100',
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
  /** An export of which the client has taken the first piece only. */
  const begun = async () => {
    const giveUp = new AbortController();
    const { body, headers } = await fetch(new URL(EXPORT, service.url), {
      headers: { authorization: `Bearer ${await service.token('collector')}` },
      signal: giveUp.signal,
    });
    const reader = body!.getReader();
    await reader.read();
    return { giveUp, reader, requestId: headers.get('x-request-id') };
  };
  /** There is one connection: whoever has it keeps others waiting. */
  const expectFreeConnection = async () =>
    expect(await service.request('/api/v1/orders?limit=1', { as: 'alice' })).toMatchObject({ status: 200 });

  it('has a line for each order of the customer, as the list shows them, and none of anybody else', async () => {
    for (let order = 0; order < 3; order += 1) await aPlacedOrder(service, { as: 'alice' });
    const answer = await service.request<string>(EXPORT, { as: 'alice' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const listed = await service.request('/api/v1/orders', { as: 'alice' });
    expect(linesOf(answer.body).map((line) => JSON.parse(line) as unknown)).toEqual(listed.body.items);
  });

  it('is empty for who has ordered nothing', async () => {
    expect(await service.request(EXPORT, { as: 'nobody' })).toMatchObject({ status: 200, body: '' });
  });

  it('has all of them when there are many, and counts one statement', async () => {
    const before = await Scrape.of(service);
    const { body } = await service.request<string>(EXPORT, { as: 'collector' });
    expect(new Set(linesOf(body)).size).toBe(MANY);
    const after = await Scrape.of(service);
    const gained = (series: string) => after.value(series)! - before.value(series)!;
    expect(gained(STREAMED)).toBe(MANY);
    expect(gained('db_queries_total{query_type="SELECT"}')).toBe(1);
    expect(gained('db_query_first_row_seconds_count')).toBe(1);
  });

  it('that cannot begin is refused with a problem, and gives its connection back', async () => {
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const answer = await service.request(EXPORT, { as: 'collector' });
    await other.query('ROLLBACK');
    expectProblem(answer, 503, 'unavailable');
    await expectFreeConnection();
  });

  it('reads no faster than the client, and gives its connection back when the client goes away', async () => {
    const before = await rowsStreamed();
    const { giveUp } = await begun();
    giveUp.abort();
    await expectFreeConnection();
    const rows = (await rowsStreamed()) - before;
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(MANY);
  });

  it('that breaks off is cut, so that nobody takes it for the whole, and is logged with its request', async () => {
    const { reader, requestId } = await begun();
    await service.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%FROM orders%' AND pid <> pg_backend_pid()
          AND datname = current_database()`,
    );
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow('terminated');
    const line = await service.log.first(({ msg }) => msg === 'An answer broke off.');
    expect(line.requestId).toBe(requestId);
    await expectFreeConnection();
  });
});
