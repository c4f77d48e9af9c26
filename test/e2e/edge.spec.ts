import { untilBlocked } from '../support/locks';
import { Scrape } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { sendRaw } from '../support/raw-http';

const PAGE = 'https://shop.example';

/** A service for the tests of one block. */
function aService(variables: Record<string, string>): () => RunningService {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(variables);
  });
  afterAll(() => service.stop());
  return () => service;
}

describe('the limit of requests', () => {
  const service = aService({ RATE_LIMIT: '3', RATE_LIMIT_WINDOW_MS: '3600000', TRUST_PROXY: '127.0.0.1' });

  const list = (caller: string, path = '/api/v1/orders') =>
    service().request(path, { headers: { 'x-forwarded-for': caller } });

  it('lets a caller do so much in a window, and then says when to come back', async () => {
    for (const path of ['/api/v1/orders', '/api/v1/products', '/api/v1/orders']) {
      expect(await list('192.0.2.1', path)).toMatchObject({ status: 200 });
    }
    const refused = await list('192.0.2.1');
    expectProblem(refused, 429, 'too-many-requests');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  it('counts every caller apart, as the trusted proxy names them', async () => {
    expect(await list('192.0.2.2')).toMatchObject({ status: 200 });
  });

  it('counts those as well who come without a token, so that nobody can guess on end', async () => {
    const guess = () => service().request('/api/v1/orders', { as: null, headers: { 'x-forwarded-for': '192.0.2.3' } });
    for (let count = 0; count < 3; count += 1) expectProblem(await guess(), 401, 'unauthenticated');
    expectProblem(await guess(), 429, 'too-many-requests');
  });

  it('leaves probes and scrapes alone', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      for (let count = 0; count < 5; count += 1) {
        const { status } = await service().request(path, { as: null, headers: { 'x-forwarded-for': '192.0.2.4' } });
        expect(status).toBe(200);
      }
    }
  });
});

describe('a service whose callers come through no proxy', () => {
  const service = aService({ RATE_LIMIT: '2', RATE_LIMIT_WINDOW_MS: '3600000' });

  it('does not believe what they say of where they come from', async () => {
    const statuses: number[] = [];
    for (const caller of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      const { status } = await service().request('/api/v1/orders', { headers: { 'x-forwarded-for': caller } });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('lets the pages of no other origin call it', async () => {
    const { headers } = await service().request('/health/live', { as: null, headers: { origin: PAGE } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a service that is configured for the pages of another origin', () => {
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

  it.each([PAGE, 'https://admin.example'])('lets the pages of %s call it', async (origin) => {
    const { status, headers } = await service().request('/api/v1/orders', { headers: { origin } });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('idempotent-replayed');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  it.each(['GET', 'POST', 'PUT'])('answers the question of a browser whether it may %s', async (method) => {
    const { status, headers } = await preflight(PAGE, method);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')?.split(/, ?/)).toContain(method);
    const allowed = headers.get('access-control-allow-headers');
    for (const header of ['authorization', 'content-type', 'idempotency-key']) expect(allowed).toContain(header);
  });

  it('lets those of no other', async () => {
    for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'null']) {
      const { headers } = await preflight(origin, 'GET');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets them read why something failed', async () => {
    const answer = await service().request('/api/v1/orders', { as: null, headers: { origin: PAGE } });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
  });
});

describe('every answer', () => {
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
  ])('carries the headers of security: %s', async (path, { policy, frames, cache }) => {
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

describe('a service with a port for its management', () => {
  const service = aService({ MANAGEMENT_PORT: '0' });

  const managementPaths = ['/health/live', '/health/ready', '/metrics'];
  const hereAndThere = () => [service().url, service().managementUrl];

  it('is at two addresses', () => {
    const [api, management] = hereAndThere();
    expect(api).not.toBe(management);
  });

  it.each(managementPaths)('has %s there', async (path) => {
    const answer = await service().request(path, { as: null, origin: service().managementUrl });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  it.each(managementPaths)('does not have %s where the API is', async (path) => {
    const answer = await service().request(path, { as: null });
    expectProblem(answer, 404, 'not-found');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/%6detrics', '/metrics?', '/%68ealth/live', '//metrics', '/api/v1/..%2f..%2fmetrics'])(
    'does not have it there either when it is written as %s',
    async (path) => {
      const raw = await sendRaw(service().url, `GET ${path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n`);
      expectProblem(raw, 404, 'not-found');
    },
  );

  it('does not have it there when the whole address is sent', async () => {
    const { host } = new URL(service().managementUrl);
    const request = `GET http://${host}/metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(service().url, request)).toMatchObject({ status: 404 });
  });

  it.each(['/api/v1/orders', '/api/v1/products', '/%61pi/v1/orders', '/docs', '/docs/json', '/nothing', '/healthy'])(
    'has nothing else there: %s',
    async (path) => {
      const answer = await service().request(path, { origin: service().managementUrl });
      expectProblem(answer, 404, 'not-found');
    },
  );

  it('has the API where it was', async () => {
    expect(await service().request('/api/v1/orders')).toMatchObject({ status: 200 });
  });

  it('answers nonsense there by a problem', async () => {
    expectProblem(await sendRaw(service().managementUrl, 'nonsense\r\n\r\n'), 400, 'bad-request');
  });
});

describe('a service without documentation', () => {
  const service = aService({ API_DOCS: 'false' });

  it.each(['/docs', '/docs/json', '/docs/', '/docs/swagger-ui-bundle.js'])('has nothing at %s', async (path) => {
    expectProblem(await service().request(path, { as: null }), 404, 'not-found');
  });
});

describe('a service that has begun to stop', () => {
  it('is not ready any more, and closes the connections of those whom it still answers', async () => {
    const service = await RunningService.start();
    expect(await service.request('/health/ready', { as: null })).toMatchObject({ status: 200 });
    const stopping = service.service.stop(1_000);
    expectProblem(await service.request('/health/ready', { as: null }), 503, 'unavailable');
    const { status, headers } = await service.request('/api/v1/orders');
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
    await stopping;
    await service.stop();
  });

  it('answers everybody who has asked, before it lets go of the database', async () => {
    const service = await RunningService.start({ DATABASE_POOL_SIZE: '1' });
    const database = await service.connectToDatabase();
    await database.query('BEGIN');
    await database.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    // One waits for the lock, and two wait for the connection of that one.
    const asked = ['alice', 'bob', 'carol'].map((as) => service.request('/api/v1/orders', { as }));
    await untilBlocked(database);
    while ((await Scrape.of(service)).value('db_pool_pending') !== 2);
    const stopping = service.service.stop(0);
    await database.query('ROLLBACK');
    expect(await Promise.all(asked)).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }]);
    await stopping;
    await service.stop();
  });
});
