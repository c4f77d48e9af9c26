import { expectProblem } from '../support/problems';
import { RunningService, type RequestOptions } from '../support/running-service';
import { AUDIENCE, ISSUER, secondsFromNow, TokenIssuer } from '../support/token-issuer';

/** Who may be called by anybody. Everything else needs a token: to open a route, write it down here too. */
const publicRoutes = [
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/LICENSE',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs/index.html',
  'GET /docs/json',
  'GET /docs/swagger-ui-init.js',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
];

/** Every route of a Fastify instance, as `GET /path`, from the tree that it prints. */
function routesIn(tree: string): string[] {
  const prefixes: string[] = [];
  return tree
    .split('\n')
    .filter((line) => line.includes('(') || /[├└]/.test(line))
    .flatMap((line) => {
      const match = /^((?:[│ ] {3})*)[├└]── (\S*)(?: \(([^)]*)\))?$/.exec(line);
      if (!match) throw new Error(`This line of the tree of routes was not understood: ${line}`);
      const [, indent = '', segment = '', methods = ''] = match;
      const depth = indent.length / 4;
      prefixes[depth] = (prefixes[depth - 1] ?? '') + segment;
      return methods
        .split(', ')
        .filter((method) => method && method !== 'HEAD')
        .map((method) => `${method} ${prefixes[depth]}`);
    })
    .sort();
}

describe('nobody may do anything without a token', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const routes = () =>
    routesIn(service.service.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));

  it('with every route of the application, but for those that are written down', async () => {
    const open: string[] = [];
    for (const route of routes()) {
      const [method, pattern = ''] = route.split(' ');
      const path = pattern.replaceAll(/:\w+/g, 'A').replace('*', 'swagger-ui.css');
      const answer = await service.request(path, { method, as: null });
      if (answer.status === 401) expectProblem(answer, 401, 'unauthenticated');
      else open.push(route);
    }
    expect(open).toEqual(publicRoutes);
  });

  it('and the routes are those of the OpenAPI document, besides', () => {
    const documented = Object.entries(service.openApi.document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(routes().filter((route) => !publicRoutes.includes(route))).toEqual(documented.sort());
  });

  it.each([
    ['no header', {}],
    ['an empty one', { authorization: '' }],
    ['another scheme', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
    ['a scheme alone', { authorization: 'Bearer' }],
    ['something that is no token', { authorization: 'Bearer abc' }],
    ['a token and more', { authorization: 'Bearer a.b.c d.e.f' }],
    ['a token longer than any', { authorization: `Bearer ${'a'.repeat(9_000)}` }],
    ['a token in the address', {}, '/api/v1/orders?access_token=a.b.c'],
  ])('given %s', async (_, headers: RequestOptions['headers'], path = '/api/v1/orders') => {
    expectProblem(await service.request(path, { as: null, headers }), 401, 'unauthenticated');
  });

  it('nor with a token of another service', async () => {
    const foreign = await TokenIssuer.start();
    const headers = { authorization: `Bearer ${await foreign.sign()}` };
    expectProblem(await service.request('/api/v1/orders', { as: null, headers }), 401, 'unauthenticated');
    await foreign.stop();
  });

  it.each([
    ['PUT', '/api/v1/products/TEA-1', { name: 'Tea', price: { amount: 1, currency: 'EUR' } }],
    ['POST', '/api/v1/products/TEA-1/restock', { quantity: 1 }],
  ])('%s %s needs a scope, and says so before it looks at the body', async (method, path, body) => {
    for (const scopes of [[], ['catalogue:read'], ['catalogue:write:all'], ['CATALOGUE:WRITE']]) {
      expectProblem(await service.request(path, { method, body, scopes }), 403, 'forbidden');
      expectProblem(await service.request(path, { method, body: {}, scopes }), 403, 'forbidden');
    }
    const allowed = await service.request(path, { method, body, scopes: ['other', 'catalogue:write'] });
    expect(allowed.status).not.toBe(403);
  });

  it('but reading and ordering need no scope', async () => {
    expect(await service.request('/api/v1/products', { scopes: [] })).toMatchObject({ status: 200 });
    expect(await service.request('/api/v1/orders', { scopes: [] })).toMatchObject({ status: 200 });
  });
});

describe('with an issuer of its own', () => {
  let issuer: TokenIssuer;
  let service: RunningService;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    service = await RunningService.start({
      AUTH_ISSUER: ISSUER,
      AUTH_JWKS_URL: issuer.jwksUrl,
      AUTH_AUDIENCE: AUDIENCE,
    });
  });
  afterAll(async () => {
    await service.stop();
    await issuer.stop();
  });

  const list = (token: string) =>
    service.request('/api/v1/orders', { as: null, headers: { authorization: `Bearer ${token}` } });

  // First, while the service has not seen a key yet.
  it('whose keys cannot be had, the service says that it cannot tell, not that the token is wrong', async () => {
    await issuer.stop();
    const problem = expectProblem(await list(await issuer.sign()), 503, 'unavailable');
    expect(JSON.stringify(problem)).not.toMatch(/key|jwks|fetch|issuer/i);
    await issuer.listen();
  });

  it('the service takes its tokens', async () => {
    expect(await list(await issuer.sign())).toMatchObject({ status: 200 });
    expect(service.service.developmentIssuer).toBeUndefined();
  });

  it('the service refuses everything else', async () => {
    const [header, payload] = (await issuer.sign()).split('.');
    for (const token of [
      await issuer.sign({ exp: secondsFromNow(-10) }),
      await issuer.sign({ iss: 'https://else.example' }),
      await issuer.sign({ aud: 'billing' }),
      `${header}.${payload}.c2lnbmF0dXJl`,
    ]) {
      expectProblem(await list(token), 401, 'unauthenticated');
    }
  });

  it('the service learns of a new key from the first token that is signed with it', async () => {
    await issuer.rotate();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 31_000);
    try {
      expect(await list(await issuer.sign())).toMatchObject({ status: 200 });
    } finally {
      jest.restoreAllMocks();
    }
  });
});
