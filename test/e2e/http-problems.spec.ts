import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { expectProblem } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { RunningService, type RequestOptions } from '../support/running-service';
import { aStockedProduct } from '../support/shop';

const BODY_LIMIT = 65_536;
const LEVELS = 30_000;

describe('an invalid request', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ REQUEST_TIMEOUT_MS: '500', BODY_LIMIT_BYTES: String(BODY_LIMIT) });
  });
  afterAll(() => service.stop());

  const post = (body: unknown, headers: RequestOptions['headers'] = {}) =>
    service.request('/api/v1/orders', {
      method: 'POST',
      body,
      headers: { 'idempotency-key': randomUUID(), ...headers },
    });
  const fieldErrorsOf = async (path: string, options?: RequestOptions) =>
    expectProblem(await service.request(path, options), 400, 'validation-failed').errors;

  it.each([
    ['GET', '/'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v2/orders'],
    ['GET', '/api/v1/orders/'],
    ['PATCH', '/api/v1/orders/1/2'],
    ['POST', '/health/live'],
  ])('for %s %s is not found', async (method, path) => {
    const problem = expectProblem(await service.request(path, { method }), 404, 'not-found');
    expect(problem).toEqual({
      type: 'urn:problem:not-found',
      title: 'Not found',
      status: 404,
      instance: path,
      code: 'not-found',
    });
  });

  it.each([
    ['DELETE', '/api/v1/orders', 'GET, HEAD, POST'],
    ['PATCH', '/api/v1/products/TEA-1', 'PUT'],
    ['PROPFIND', '/api/v1/orders?limit=1', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/v1/orders/1/cancel', 'POST'],
    ['PUT', '/docs/json', 'GET, HEAD'],
  ])('for %s %s says which methods there are', async (method, path, allowed) => {
    const response = await service.request(path, { method, as: null });
    expectProblem(response, 405, 'method-not-allowed');
    expect(response.headers.get('allow')).toBe(allowed);
  });

  it('has no query in the instance, as it may hold secrets', async () => {
    const { body } = await service.request('/nothing?token=secret');
    expect(body.instance).toBe('/nothing');
  });

  describe('with a body', () => {
    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/html', ';;'])(
      'of type %s is rejected, whatever its content',
      async (type) => {
        expectProblem(await post('{"lines":[]}', { 'content-type': type }), 415, 'unsupported-media-type');
      },
    );

    it('that is compressed is rejected, and the response says so', async () => {
      const response = await post('{"lines":[]}', { 'content-encoding': 'gzip' });
      expect(expectProblem(response, 415, 'unsupported-media-type').detail).toMatch(/compressed/);
      expect(response.headers.get('accept-encoding')).toBe('identity');
      expectProblem(await post('{"lines":[]}', { 'content-encoding': 'Identity' }), 422, 'empty-order');
    });

    it('without a type is rejected', async () => {
      const head = await authorizedHead('POST /api/v1/orders', 'Content-Length: 12');
      expectProblem(await sendRaw(service.url, `${head}{"lines":[]}`), 415, 'unsupported-media-type');
    });

    it('that is too large is rejected', async () => {
      expectProblem(await post(`{"lines":[${' '.repeat(BODY_LIMIT)}]}`), 413, 'body-too-large');
    });

    it('that is too large is rejected, even without a Content-Length', async () => {
      const size = (BODY_LIMIT + 1).toString(16);
      const head = await authorizedHead('POST /api/v1/orders', 'Content-Type: application/json', CHUNKED);
      const body = `${size}\r\n${' '.repeat(BODY_LIMIT + 1)}\r\n0\r\n\r\n`;
      expectProblem(await sendRaw(service.url, head + body), 413, 'body-too-large');
    });

    it.each([
      ['that is truncated', '{"lines":['],
      ['that is not JSON', 'lines=1'],
      ['with __proto__', '{"lines":[],"__proto__":{"admin":true}}'],
      ['with a nested __proto__', '{"lines":[{"__proto__":{}}]}'],
      ['with constructor.prototype', '{"lines":[],"constructor":{"prototype":{}}}'],
    ])('%s is malformed', async (_, body) => {
      expectProblem(await post(body), 400, 'bad-request');
    });

    it.each([
      ['{"lines": [}', 'line 1, column 12'],
      ['{\n  "lines": [\n  ]', 'line 3, column 4'],
      ['lines=1', 'line 1, column 1'],
    ])('that is broken is refused with the place: %j', async (body, place) => {
      const { detail } = expectProblem(await post(body), 400, 'bad-request');
      expect(detail).toContain(`The body is not valid JSON at ${place}: `);
    });

    it('with bytes that are not UTF-8 is refused, as they would be stored as something else', async () => {
      const head = await authorizedHead('POST /api/v1/orders', 'Content-Type: application/json', 'Content-Length: 13');
      const write = (socket: Socket) => {
        socket.write(head);
        socket.write(Buffer.concat([Buffer.from('{"lines":"'), Buffer.from([0xff]), Buffer.from('"}')]));
      };
      const { detail } = expectProblem(await sendRaw(service.url, write), 400, 'bad-request');
      expect(detail).toBe('The body is not valid UTF-8.');
    });

    it.each(['"\\ud800"', '"a\\uDC00b"', '["\\ud83d", 1]', '{"\\ud83d": 1}'])(
      'with half of a surrogate pair is refused: %s',
      async (value) => {
        const { detail } = expectProblem(await post(`{"lines":${value}}`), 400, 'bad-request');
        expect(detail).toBe('A string of the body contains half of a surrogate pair.');
      },
    );

    it.each([
      '{"lines":[],"lines":[]}',
      '{"lines":[{"sku":"TEA-1","quantity":1,"quantity":2}]}',
      '{"lines":[{"sku":"TEA-1" , "\\u0073ku" : "TEA-2","quantity":1}]}',
      '[{"a":"\\\\","a":{"b":[{}]}}]',
    ])('with a name twice in one object is refused, as one of the values would be lost: %s', async (body) => {
      const { detail } = expectProblem(await post(body), 400, 'bad-request');
      expect(detail).toBe('An object of the body has a name twice.');
    });

    it.each([
      '{"lines":[{"sku":"\\",\\"sku\\":","quantity":1},{"sku":"a:\\\\"}]}',
      '{"a":{"a":{"a":"a"}}, "b":[{"a":1},{"a":2}], "":"::"}',
    ])('with a name in several objects, or a colon in a string, is read: %s', async (body) => {
      expectProblem(await post(body), 400, 'validation-failed');
    });

    it.each([
      ['not closed', '['.repeat(LEVELS), 'bad-request'],
      ['whole', `{"lines":${'['.repeat(LEVELS)}"\\ud83d\\ude00"${']'.repeat(LEVELS)}}`, 'validation-failed'],
    ])('with more levels than there is room for calls is the mistake of the client (%s)', async (_, body, code) => {
      expectProblem(await post(body), 400, code);
    });

    it('with a whole surrogate pair is read', async () => {
      expectProblem(await post('{"lines":"\\ud83d\\ude00"}'), 400, 'validation-failed');
    });

    it.each([
      ['null', null],
      ['a list', []],
      ['a number', 1],
      ['a string', '"lines"'],
      ['empty', ''],
    ])('that is %s is not valid', async (_, body) => {
      const { errors } = expectProblem(await post(body), 400, 'validation-failed');
      expect(errors).toEqual([{ in: 'body', path: '', message: expect.stringContaining('expected object') }]);
    });
  });

  describe('is reported with the place of each error', () => {
    it('in a list of the body', async () => {
      const { errors } = expectProblem(
        await post({ lines: [{ sku: 'TEA-1', quantity: '2' }, { sku: 'tea' }] }),
        400,
        'validation-failed',
      );
      expect(errors).toEqual([
        { in: 'body', path: 'lines[0].quantity', message: expect.any(String) },
        { in: 'body', path: 'lines[1].sku', message: 'must be 1 to 64 capital letters, digits and inner hyphens' },
        { in: 'body', path: 'lines[1].quantity', message: expect.any(String) },
      ]);
    });

    it('in an object of the body', async () => {
      const body = { name: '  ', price: { amount: '799', currency: 'EUR' } };
      const errors = await fieldErrorsOf('/api/v1/products/TEA-1', { method: 'PUT', body });
      expect(errors).toEqual([
        { in: 'body', path: 'name', message: expect.any(String) },
        { in: 'body', path: 'price.amount', message: expect.any(String) },
      ]);
    });

    it.each([
      ['/api/v1/orders?limit=0', 'limit'],
      ['/api/v1/orders?limit=101', 'limit'],
      ['/api/v1/orders?limit=ten', 'limit'],
      ['/api/v1/orders?limit=', 'limit'],
      ['/api/v1/orders?limit=1&limit=2', 'limit'],
      ['/api/v1/orders?status=lost', 'status'],
      [`/api/v1/products?cursor=${'a'.repeat(1_025)}`, 'cursor'],
    ])('in the query: %#', async (path, name) => {
      expect(await fieldErrorsOf(path)).toEqual([{ in: 'query', path: name, message: expect.any(String) }]);
    });

    it('in the path', async () => {
      const message = 'must be a UUID';
      expect(await fieldErrorsOf('/api/v1/orders/1')).toEqual([{ in: 'path', path: 'id', message }]);
      const sku = { in: 'path', path: 'sku', message: expect.any(String) };
      const body = { name: 'Tea', price: { amount: 1, currency: 'EUR' } };
      expect(await fieldErrorsOf('/api/v1/products/tea', { method: 'PUT', body })).toEqual([sku]);
    });

    it.each([
      ['missing', {}, expect.stringContaining('is required')],
      ['too long', { 'idempotency-key': 'k'.repeat(129) }, expect.stringContaining('1 to 128')],
      ['with a space', { 'idempotency-key': 'my key' }, expect.stringContaining('visible ASCII')],
    ])('in a header: an Idempotency-Key %s', async (_, headers, message) => {
      const errors = await fieldErrorsOf('/api/v1/orders', { method: 'POST', body: { lines: [] }, headers });
      expect(errors).toEqual([{ in: 'header', path: 'idempotency-key', message }]);
    });

    it('up to fifty errors', async () => {
      const lines = Array.from({ length: 60 }, () => ({}));
      const { errors } = expectProblem(await post({ lines }), 400, 'validation-failed');
      expect(errors).toHaveLength(50);
    });
  });

  describe('with an unknown field is rejected', () => {
    const product = { name: 'Tea', price: { amount: 799, currency: 'EUR' } };
    it.each<[string, string, string, unknown, string]>([
      ['in an order', 'POST', '/orders', { lines: [], discount: 100 }, ''],
      ['in a line of an order', 'POST', '/orders', { lines: [{ sku: 'A', quantity: 1, unitPrice: 1 }] }, 'lines[0]'],
      ['in a product', 'PUT', '/products/A', { ...product, stock: 1 }, ''],
      ['in a price', 'PUT', '/products/A', { ...product, price: { ...product.price, tax: 1 } }, 'price'],
      ['in a restock', 'POST', '/products/A/restock', { quantity: 1, sku: 'B' }, ''],
      ['with the name of an inherited property', 'POST', '/orders', { lines: [], constructor: 1 }, ''],
    ])('%s', async (_, method, path, body, place) => {
      const headers = { 'idempotency-key': randomUUID() };
      const errors = await fieldErrorsOf(`/api/v1${path}`, { method, body, headers });
      expect(errors).toEqual([{ in: 'body', path: place, message: expect.stringContaining('Unrecognized key') }]);
    });

    it.each([
      '/orders?page=2',
      '/products?page=2',
      '/orders?limit[]=1',
      '/orders?constructor=1',
      '/products?__proto__=1',
    ])('in a query: %s', async (path) => {
      const errors = await fieldErrorsOf(`/api/v1${path}`);
      expect(errors).toEqual([{ in: 'query', path: '', message: expect.stringContaining('Unrecognized key') }]);
    });
  });

  it.each(['/api/v1/orders/%zz', '/%c3%28', '/api/v1/products/%E0%A4%A/restock'])(
    'with a path that cannot be decoded: %s',
    async (path) => {
      expectProblem(await sendRaw(service.url, await authorizedHead(`GET ${path}`)), 400, 'bad-request');
    },
  );

  it('with a path that is too long', async () => {
    expectProblem(await service.request(`/api/v1/orders/${'1'.repeat(300)}`), 414, 'address-too-long');
  });

  it.each([
    ['while its response is sent', '/docs/swagger-ui-bundle.js', true],
    ['before its response is sent', '/health/ready', false],
  ])(
    'after another one on the same connection, %s, gets its response after that of the other',
    async (_, path, late) => {
      const { status, headers, body } = await sendRaw(service.url, (socket) => {
        const request = `GET ${path} HTTP/1.1\r\nHost: service\r\n\r\n`;
        if (late) socket.once('data', () => socket.write('nonsense\r\n\r\n')).write(request);
        else socket.write(`${request}${request}nonsense\r\n\r\n`);
      });
      expect(status).toBe(200);
      const rest = body.slice(Number(headers.get('content-length')));
      expect(rest.match(/HTTP\/1\.1 \d+/g)).toEqual(late ? ['HTTP/1.1 400'] : ['HTTP/1.1 200', 'HTTP/1.1 400']);
      expect(rest).toMatch(/"code":"bad-request"\}$/);
    },
  );

  const HOST = 'Host: service';
  const CHUNKED = 'Transfer-Encoding: chunked';
  const JSON_BODY = 'Content-Type: application/json';
  it.each<[string, string[], number, string]>([
    ['an unknown method', ['BREW / HTTP/1.1', HOST], 400, 'bad-request'],
    ['an unknown HTTP version', ['GET / HTTP/9.9', HOST], 400, 'bad-request'],
    ['no Host header', ['GET /api/v1/orders HTTP/1.1', 'Connection: close'], 400, 'bad-request'],
    ['two Host headers', ['GET /api/v1/orders HTTP/1.1', HOST, 'host: b', 'Connection: close'], 400, 'bad-request'],
    [
      'two Authorization headers',
      ['GET / HTTP/1.1', HOST, 'Authorization: Bearer a', 'authorization: Bearer b', 'Connection: close'],
      400,
      'bad-request',
    ],
    [
      'two Content-Type headers',
      ['POST / HTTP/1.1', HOST, JSON_BODY, 'Content-Type: text/plain', 'Content-Length: 0', 'Connection: close'],
      400,
      'bad-request',
    ],
    [
      'another transfer coding',
      ['POST / HTTP/1.1', HOST, 'Transfer-Encoding: gzip, chunked', 'Connection: close', '', '0', ''],
      400,
      'bad-request',
    ],
    ['a tunnel', ['CONNECT db:5432 HTTP/1.1', HOST], 400, 'bad-request'],
    ['an empty Host header', ['GET /api/v1/orders HTTP/1.1', 'Host:', 'Connection: close'], 400, 'bad-request'],
    ['an invalid Host header', ['GET /api/v1/orders HTTP/1.1', 'Host: a/b', 'Connection: close'], 400, 'bad-request'],
    ['a space in the name of a header', ['GET / HTTP/1.1', HOST, 'Idempotency Key: 1'], 400, 'bad-request'],
    ['a header without a colon', ['GET / HTTP/1.1', HOST, 'nonsense'], 400, 'bad-request'],
    ['a NUL character in a header', ['GET / HTTP/1.1', HOST, 'Idempotency-Key: a\0b'], 400, 'bad-request'],
    [
      'two Content-Length headers',
      ['POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Length: 2'],
      400,
      'bad-request',
    ],
    ['Content-Length and chunks', ['POST / HTTP/1.1', HOST, 'Content-Length: 1', CHUNKED], 400, 'bad-request'],
    ['headers that are too large', ['GET / HTTP/1.1', HOST, `X: ${'x'.repeat(20_000)}`], 431, 'headers-too-large'],
  ])('with %s gets a response before the connection is closed', async (_, lines, status, code) => {
    const response = await sendRaw(service.url, `${lines.join('\r\n')}\r\n\r\n`);
    expectProblem(response, status, code);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('with an unknown expectation is handled as if it had none', async () => {
    const head = await authorizedHead('GET /api/v1/orders', 'Expect: miracles');
    expect(await sendRaw(service.url, head)).toMatchObject({ status: 200 });
  });

  it.each([
    ['headers', `POST /api/v1/orders HTTP/1.1\r\n${HOST}\r\nX-Slow: `],
    ['body', `POST /api/v1/orders HTTP/1.1\r\n${HOST}\r\n${JSON_BODY}\r\nContent-Length: 100\r\n\r\n{"lines"`],
  ])('whose %s never end times out', async (_, beginning) => {
    expectProblem(await sendRaw(service.url, beginning), 408, 'request-timeout');
  });

  it.each([
    ['If-Match', '"1"'],
    ['If-Match', 'W/"1", "2"'],
    ['If-Match', '*'],
    ['If-None-Match', '*'],
    ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('with a precondition that is not checked changes nothing: %s: %s', async (name, value) => {
    const sku = await aStockedProduct(service);
    const change = { method: 'PUT', body: { name: 'Other', price: { amount: 1, currency: 'EUR' } } };
    const path = `/api/v1/products/${sku}`;
    const response = await service.request(path, { ...change, headers: { [name]: value } });
    const { detail } = expectProblem(response, 400, 'bad-request');
    expect(detail).toMatch(/precondition .* version/);
    const { body } = await service.request<{ items: object[] }>('/api/v1/products?limit=100', {
      headers: { [name]: value },
    });
    expect(body.items).toContainEqual(expect.objectContaining({ sku, name: 'Tea' }));
  });

  it('does not affect a valid one', async () => {
    const sku = await aStockedProduct(service);
    expect(await post({ lines: [{ sku, quantity: 1 }] })).toMatchObject({ status: 201 });
  });

  async function authorizedHead(requestLine: string, ...headers: string[]): Promise<string> {
    const authorization = `Authorization: Bearer ${await service.token()}`;
    return [`${requestLine} HTTP/1.1`, HOST, 'Connection: close', authorization, ...headers, '', ''].join('\r\n');
  }
});
