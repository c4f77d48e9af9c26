import { randomUUID } from 'node:crypto';
import { RunningService } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, placeOrder } from '../support/shop';

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

describe('a request', () => {
  let service: RunningService;
  beforeAll(async () => {
    // Every query counts as slow, so that each writes a line.
    service = await RunningService.start({ LOG_LEVEL: 'trace', QUERY_TIMING_SLOW_THRESHOLD_MS: '0' });
  });
  afterAll(() => service.stop());

  const completed = (requestId: string) =>
    service.log.first((line) => line.msg === 'request completed' && line.requestId === requestId);
  const linesOf = async (requestId: string) => {
    await completed(requestId);
    return service.log.lines.filter((line) => line.requestId === requestId);
  };

  it.each(['7', 'a.b:c_d-e', 'f'.repeat(128), randomUUID()])('keeps a valid x-request-id: %s', async (id) => {
    const { headers } = await service.request('/api/v1/orders', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toBe(id);
    expect(await completed(id)).toMatchObject({ requestId: id });
  });

  it.each([
    ['that is empty', ''],
    ['that is too long', 'f'.repeat(129)],
    ['with spaces', 'a b'],
    ['that would inject a log line', 'a"}{"level":"fatal'],
    ['with a comma', 'a, b'],
  ])('gets a new id instead of one %s', async (_, id) => {
    const { headers } = await service.request('/api/v1/orders', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(uuid);
  });

  it('without an id gets a new one each time', async () => {
    const ids = [await service.request('/nothing'), await service.request('/nothing')].map(({ headers }) =>
      headers.get('x-request-id'),
    );
    expect(ids[0]).toMatch(uuid);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it('that is refused has the reason in its line', async () => {
    const [id, headers] = [randomUUID(), { authorization: 'Bearer a.b.c' }];
    await service.request('/api/v1/orders', { as: null, headers: { 'x-request-id': id, ...headers } });
    expect(await completed(id)).toMatchObject({ status: 401, refusal: 'The token is malformed.' });
    const other = randomUUID();
    const scopeless = { method: 'PUT', body: {}, scopes: [], headers: { 'x-request-id': other } };
    await service.request('/api/v1/products/TEA-1', scopeless);
    expect(await completed(other)).toMatchObject({
      status: 403,
      refusal: 'The token lacks the scope catalogue:write.',
    });
  });

  it('writes one line when it completes, without the query string', async () => {
    const id = randomUUID();
    await service.request('/api/v1/orders?limit=7', { headers: { 'x-request-id': id } });
    expect(await completed(id)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      requestId: id,
      method: 'GET',
      path: '/api/v1/orders',
      status: 200,
      duration_ms: expect.any(Number),
      msg: 'request completed',
    });
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('of a probe is logged at debug: %s', async (path) => {
    const id = randomUUID();
    await service.request(path, { as: null, headers: { 'x-request-id': id } });
    expect(await completed(id)).toMatchObject({ level: 'debug', path });
  });

  it('puts its id and its trace id on every line that it causes, including slow queries', async () => {
    const sku = await aStockedProduct(service);
    const id = randomUUID();
    const before = service.log.lines.length;
    await service.request('/api/v1/orders', {
      method: 'POST',
      body: { lines: [{ sku, quantity: 1 }] },
      headers: { 'idempotency-key': id, 'x-request-id': id, traceparent: TRACEPARENT },
    });
    await completed(id);
    const lines = service.log.lines
      .slice(before)
      .filter((line) => line.msg !== 'request completed' || line.requestId === id);
    const slow = lines.filter((line) => line.msg === 'Slow query');
    expect(slow.map((line) => line.query_type)).toEqual(expect.arrayContaining(['INSERT', 'SELECT', 'UPDATE']));
    for (const line of lines) expect(line).toMatchObject({ requestId: id, traceId: TRACE_ID });
  });

  it('never puts its id on the lines of concurrent requests', async () => {
    const ids = Array.from({ length: 10 }, () => randomUUID());
    // Of a statement that no other test runs: it has at most ten lines per minute.
    await Promise.all(
      ids.map((id) => service.request('/api/v1/products', { as: id, headers: { 'x-request-id': id } })),
    );
    for (const id of ids) {
      expect((await linesOf(id)).map((line) => line.msg)).toEqual(['Slow query', 'request completed']);
    }
  });

  it.each([
    ['no version', `${TRACE_ID}-00f067aa0ba902b7-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a parent of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE_ID.toUpperCase()}-00f067aa0ba902b7-01`],
    ['something else', 'trace'],
  ])('has no trace id when its traceparent has %s', async (_, traceparent) => {
    const id = randomUUID();
    await service.request('/api/v1/orders', { headers: { 'x-request-id': id, traceparent } });
    for (const line of await linesOf(id)) expect(line).not.toHaveProperty('traceId');
  });

  it('that is rejected is not logged as an error', async () => {
    const id = randomUUID();
    await service.request('/api/v1/orders/1', { headers: { 'x-request-id': id } });
    expect(await linesOf(id)).toMatchObject([{ level: 'info', status: 400 }]);
  });

  it('that fails is logged with its cause, but without the values that it carried', async () => {
    const database = await service.connectToDatabase();
    const sku = await aStockedProduct(service);
    const id = randomUUID();
    const customer = `customer-${randomUUID()}`;
    await database.query(`ALTER TABLE orders RENAME TO orders_gone`);
    const failed = await service.request('/api/v1/orders', {
      as: customer,
      method: 'POST',
      body: { lines: [{ sku, quantity: 1 }] },
      headers: { 'idempotency-key': `key-${id}`, 'x-request-id': id, traceparent: TRACEPARENT },
    });
    await database.query(`ALTER TABLE orders_gone RENAME TO orders`);
    expect(failed.status).toBe(500);
    const lines = await linesOf(id);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        msg: 'request failed',
        requestId: id,
        traceId: TRACE_ID,
        err: expect.objectContaining({
          type: 'QueryFailedError',
          message: 'relation "orders" does not exist',
          code: '42P01',
          stack: expect.stringMatching(/^ {4}at /),
        }),
      }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', status: 500, msg: 'request completed' }));
    const text = JSON.stringify(lines);
    expect(text).not.toContain(customer);
    expect(text).not.toContain(`key-${id}`);
    expect(text).not.toContain('parameters');
  });

  it('that violates a constraint is logged with the constraint, but without the rejected row', async () => {
    const sku = await aStockedProduct(service, { stock: 7_654_321 });
    const database = await service.connectToDatabase();
    await database.query(`ALTER TABLE products ADD CONSTRAINT never_less CHECK (stock >= 7654321) NOT VALID`);
    const id = randomUUID();
    const failed = await service.request('/api/v1/orders', {
      method: 'POST',
      body: { lines: [{ sku, quantity: 1 }] },
      headers: { 'idempotency-key': id, 'x-request-id': id },
    });
    await database.query(`ALTER TABLE products DROP CONSTRAINT never_less`);
    expect(failed.status).toBe(500);
    const line = (await linesOf(id)).find(({ msg }) => msg === 'request failed');
    expect(line?.err).toMatchObject({ code: '23514', constraint: 'never_less', table: 'products' });
    expect(JSON.stringify(await linesOf(id))).not.toMatch(/7654321|Failing row/);
  });

  it('leaves no secrets in the log: no token, no value of a statement', async () => {
    const token = await service.token();
    const key = `key-${randomUUID()}`;
    const customer = `customer-${randomUUID()}`;
    const sku = await aStockedProduct(service);
    await aPlacedOrder(service, { as: customer, sku });
    await placeOrder(service, [{ sku, quantity: 1 }], { as: customer, key });
    await service.request(`/api/v1/orders?limit=1&status=placed`, { as: customer });
    await service.request('/nothing', {
      as: null,
      headers: { authorization: `Bearer ${token}`, cookie: 'c=secret-c' },
    });
    const { log } = service;
    expect(log.lines.length).toBeGreaterThan(20);
    const secrets = [token, token.split('.')[2]!, 'Bearer', key, customer, 'secret-c', 'password', 'parameters'];
    expect(secrets.filter((secret) => log.text.includes(secret))).toEqual([]);
  });
});
