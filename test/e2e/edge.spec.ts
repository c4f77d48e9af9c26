import { connect, type Socket } from 'node:net';
import { untilBlocked } from '../support/locks';
import { Scrape } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { sendRaw } from '../support/raw-http';

const PAGE = 'https://shop.example';

/** Sends the text on a new connection, and leaves it to the server to close that. @returns what has arrived until then */
function untilClosed(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => socket.write(text));
    socket.on('data', (piece: Buffer) => (received += piece.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.on('end', () => resolve(received));
  });
}

/** Starts a service for the tests of one describe block. */
function aService(variables: Record<string, string>): () => RunningService {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(variables);
  });
  afterAll(() => service.stop());
  return () => service;
}

describe('the rate limit', () => {
  const service = aService({ RATE_LIMIT: '3', RATE_LIMIT_WINDOW_MS: '3600000', TRUST_PROXY: '127.0.0.1' });

  const list = (caller: string, path = '/api/v1/orders') =>
    service().request(path, { headers: { 'x-forwarded-for': caller } });

  it('allows a number of requests per window, and then responds with 429 and Retry-After', async () => {
    for (const path of ['/api/v1/orders', '/api/v1/products', '/api/v1/orders']) {
      expect(await list('192.0.2.1', path)).toMatchObject({ status: 200 });
    }
    const refused = await list('192.0.2.1');
    expectProblem(refused, 429, 'too-many-requests');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  it('counts each caller separately, by the address that the trusted proxy forwards', async () => {
    expect(await list('192.0.2.2')).toMatchObject({ status: 200 });
  });

  it('counts requests without a token too, which limits guessing', async () => {
    const guess = () => service().request('/api/v1/orders', { as: null, headers: { 'x-forwarded-for': '192.0.2.3' } });
    for (let count = 0; count < 3; count += 1) expectProblem(await guess(), 401, 'unauthenticated');
    expectProblem(await guess(), 429, 'too-many-requests');
  });

  it('does not apply to probes and scrapes', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      for (let count = 0; count < 5; count += 1) {
        const { status } = await service().request(path, { as: null, headers: { 'x-forwarded-for': '192.0.2.4' } });
        expect(status).toBe(200);
      }
    }
  });
});

describe('a service without a trusted proxy', () => {
  const service = aService({ RATE_LIMIT: '2', RATE_LIMIT_WINDOW_MS: '3600000' });

  it('ignores X-Forwarded-For', async () => {
    const statuses: number[] = [];
    for (const caller of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      const { status } = await service().request('/api/v1/orders', { headers: { 'x-forwarded-for': caller } });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('allows no other origin', async () => {
    const { headers } = await service().request('/health/live', { as: null, headers: { origin: PAGE } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a service with CORS_ORIGINS', () => {
  const service = aService({ CORS_ORIGINS: `${PAGE}, https://admin.example` });

  const preflight = (origin: string, method: string) =>
    service().request('/api/v1/products/TEA-1', {
      method: 'OPTIONS',
      as: null,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });

  it.each([PAGE, 'https://admin.example'])('allows the origin %s', async (origin) => {
    const { status, headers } = await service().request('/api/v1/orders', { headers: { origin } });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('idempotent-replayed');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  it.each(['GET', 'POST', 'PUT'])('allows %s in a preflight response', async (method) => {
    const { status, headers } = await preflight(PAGE, method);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')?.split(/, ?/)).toContain(method);
    const allowed = headers.get('access-control-allow-headers');
    for (const header of ['authorization', 'content-type', 'idempotency-key']) expect(allowed).toContain(header);
  });

  it('allows no other origin', async () => {
    for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'null']) {
      const { headers } = await preflight(origin, 'GET');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets pages read error responses', async () => {
    const response = await service().request('/api/v1/orders', { as: null, headers: { origin: PAGE } });
    expectProblem(response, 401, 'unauthenticated');
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
  });
});

describe('every response', () => {
  const service = aService({});

  const forData = { policy: "default-src 'none';frame-ancestors 'none'", frames: 'DENY', cache: /no-store/ };
  const forPages = {
    policy: expect.stringMatching("default-src 'self';.*frame-ancestors 'self'"),
    frames: 'SAMEORIGIN',
    cache: /no-store/,
  };
  const forFiles = { ...forPages, cache: /^public/ };

  it.each([
    ['/api/v1/orders', forData],
    ['/api/v1/orders/export', forData],
    ['/health/live', forData],
    ['/nothing', forData],
    ['/docs', forPages],
    ['/docs/swagger-ui.css', forFiles],
  ])('has the security headers: %s', async (path, { policy, frames, cache }) => {
    const { headers } = await service().request(path);
    expect(headers.get('content-security-policy')).toEqual(policy);
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe(frames);
    expect(headers.get('cache-control')).toMatch(cache);
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });
});

describe('a service with MANAGEMENT_PORT', () => {
  const password = 'a-long-enough-password';
  const service = aService({
    MANAGEMENT_PORT: '0',
    QUERY_TIMING_PAGE: 'true',
    QUERY_TIMING_PAGE_PASSWORD: password,
  });

  const managementPaths = ['/health/live', '/health/ready', '/metrics'];
  const bothUrls = () => [service().url, service().managementUrl];

  it('listens on two ports', () => {
    const [api, management] = bothUrls();
    expect(api).not.toBe(management);
  });

  it.each(managementPaths)('serves %s on the management port', async (path) => {
    const response = await service().request(path, { as: null, origin: service().managementUrl });
    expect(response).toMatchObject({ status: 200 });
    expect(response.headers.get('x-request-id')).not.toBeNull();
  });

  it('serves the page of the query timing on the management port, to those who know the password', async () => {
    const page = `${service().managementUrl}/query-timing`;
    const status = async (credentials?: string, url = page) => {
      const authorization = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
      const response = await fetch(url, credentials === undefined ? {} : { headers: { authorization } });
      await response.body?.cancel();
      return response.status;
    };
    expect(await status(`me:${password}`)).toBe(200);
    expect(await status(`me:${password}`, `${page}?events`)).toBe(200);
    expect(await status()).toBe(401);
    expect(await status(undefined, `${page}?events`)).toBe(401);
    for (const wrong of ['me:', password, `me:${password}1`, `${password}:me`]) expect(await status(wrong)).toBe(401);
  });

  it.each([...managementPaths, '/query-timing', '/query-timing?events'])(
    'does not serve %s on the API port',
    async (path) => {
      const response = await service().request(path, { as: null });
      expectProblem(response, 404, 'not-found');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it.each(['/%6detrics', '/metrics?', '/%68ealth/live', '//metrics', '/api/v1/..%2f..%2fmetrics'])(
    'does not serve it on the API port when the path is written as %s',
    async (path) => {
      const raw = await sendRaw(service().url, `GET ${path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n`);
      expectProblem(raw, 404, 'not-found');
    },
  );

  it('does not serve it on the API port for a request target with a full URL', async () => {
    const { host } = new URL(service().managementUrl);
    const request = `GET http://${host}/metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(service().url, request)).toMatchObject({ status: 404 });
  });

  it.each(['/api/v1/orders', '/api/v1/products', '/%61pi/v1/orders', '/docs', '/docs/json', '/nothing', '/healthy'])(
    'serves nothing else on the management port: %s',
    async (path) => {
      const origin = service().managementUrl;
      expectProblem(await service().request(path, { origin }), 404, 'not-found');
      expectProblem(await service().request(path, { origin, method: 'PATCH' }), 404, 'not-found');
    },
  );

  it('serves the API on the API port', async () => {
    expect(await service().request('/api/v1/orders')).toMatchObject({ status: 200 });
  });

  it('responds to a malformed request on the management port with a problem', async () => {
    expectProblem(await sendRaw(service().managementUrl, 'nonsense\r\n\r\n'), 400, 'bad-request');
  });
});

describe('a service with API_DOCS=false', () => {
  const service = aService({ API_DOCS: 'false' });

  it.each(['/docs', '/docs/json', '/docs/', '/docs/swagger-ui-bundle.js'])('does not serve %s', async (path) => {
    expectProblem(await service().request(path, { as: null }), 404, 'not-found');
  });
});

describe('a service that is shutting down', () => {
  it('is not ready, and closes the connections of the clients that it still serves', async () => {
    const service = await RunningService.start();
    expect(await service.request('/health/ready', { as: null })).toMatchObject({ status: 200 });
    const stopping = service.service.stop(1_000);
    expectProblem(await service.request('/health/ready', { as: null }), 503, 'unavailable');
    const { status, headers } = await service.request('/api/v1/orders');
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
    await stopping;
    await service.stop();
  });

  it('does not wait for connections without a request, and not longer than a request may take for one that never arrives', async () => {
    const service = await RunningService.start({ REQUEST_TIMEOUT_MS: '1000' });
    const port = Number(new URL(service.url).port);
    const head = 'POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const whole = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const sent = ['', whole, 'GET /health/li', `${head}Content-Length: 10\r\n\r\n{`];
    const accepted: Socket[] = [];
    service.service.app.getHttpServer().on('connection', (socket: Socket) => accepted.push(socket));
    const responses = sent.map((text) => untilClosed(port, text));
    const received = () => accepted.reduce((bytes, { bytesRead }) => bytes + bytesRead, 0);
    while (accepted.length < sent.length || received() < sent.join('').length) await new Promise(setImmediate);
    // Without a limit it would wait for as long as the clients do.
    await service.service.stop(0);
    const statuses = (await Promise.all(responses)).map((text) => text.match(/(?<=^HTTP\/1.1 )\d+/gm) ?? []);
    expect(statuses).toEqual([[], ['200'], ['408'], ['408']]);
    await service.stop();
  });

  it('completes all requests in progress before it disconnects from the database', async () => {
    const service = await RunningService.start({ DATABASE_POOL_SIZE: '1' });
    const database = await service.connectToDatabase();
    await database.query('BEGIN');
    await database.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    // One request waits for the lock, and two wait for its connection.
    const pending = ['alice', 'bob', 'carol'].map((as) => service.request('/api/v1/orders', { as }));
    await untilBlocked(database);
    while ((await Scrape.of(service)).value('db_pool_pending') !== 2);
    const stopping = service.service.stop(0);
    await database.query('ROLLBACK');
    expect(await Promise.all(pending)).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }]);
    await stopping;
    await service.stop();
  });
});
