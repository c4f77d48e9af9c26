import { expectProblem } from '../support/problems';
import { RunningService, type RequestOptions } from '../support/running-service';
import { AUDIENCE, ISSUER, secondsFromNow, TokenIssuer } from '../support/token-issuer';

describe('every request needs a valid token:', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  it.each([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
    ['a scheme without a token', { authorization: 'Bearer' }],
    ['a malformed token', { authorization: 'Bearer abc' }],
    ['two tokens', { authorization: 'Bearer a.b.c d.e.f' }],
    ['an overlong token', { authorization: `Bearer ${'a'.repeat(9_000)}` }],
    ['a token in the query', {}, '/api/v1/orders?access_token=a.b.c'],
  ])('%s is rejected', async (_, headers: RequestOptions['headers'], path = '/api/v1/orders') => {
    expectProblem(await service.request(path, { as: null, headers }), 401, 'unauthenticated');
  });

  it('without a token is asked for one, and a token that is not valid is named as the reason', async () => {
    const challengeFor = async (headers: RequestOptions['headers']) => {
      const response = await service.request('/api/v1/orders', { as: null, headers });
      return response.headers.get('www-authenticate');
    };
    expect(await challengeFor({})).toBe('Bearer');
    expect(await challengeFor({ authorization: 'Bearer a.b.c' })).toBe(
      'Bearer error="invalid_token", error_description="The token is malformed."',
    );
    expect(await challengeFor({ authorization: 'Basic YWxpY2U6c2VjcmV0' })).toBe(
      'Bearer error="invalid_token", error_description="The Authorization header is not a bearer token."',
    );
  });

  it('a missing scope is named', async () => {
    const response = await service.request('/api/v1/products/TEA-1', { method: 'PUT', body: {}, scopes: [] });
    expectProblem(response, 403, 'forbidden');
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="catalogue:write"');
  });

  it('a token of a different issuer is rejected', async () => {
    const foreign = await TokenIssuer.start();
    const headers = { authorization: `Bearer ${await foreign.sign()}` };
    expectProblem(await service.request('/api/v1/orders', { as: null, headers }), 401, 'unauthenticated');
    await foreign.stop();
  });

  it.each([
    ['PUT', '/api/v1/products/TEA-1', { name: 'Tea', price: { amount: 1, currency: 'EUR' } }],
    ['POST', '/api/v1/products/TEA-1/restock', { quantity: 1 }],
  ])('%s %s needs a scope, which is checked before the body', async (method, path, body) => {
    for (const scopes of [[], ['catalogue:read'], ['catalogue:write:all'], ['CATALOGUE:WRITE']]) {
      expectProblem(await service.request(path, { method, body, scopes }), 403, 'forbidden');
      expectProblem(await service.request(path, { method, body: {}, scopes }), 403, 'forbidden');
    }
    const allowed = await service.request(path, { method, body, scopes: ['other', 'catalogue:write'] });
    expect(allowed.status).not.toBe(403);
  });

  it('reading and ordering need no scope', async () => {
    expect(await service.request('/api/v1/products', { scopes: [] })).toMatchObject({ status: 200 });
    expect(await service.request('/api/v1/orders', { scopes: [] })).toMatchObject({ status: 200 });
  });
});

describe('with a configured issuer', () => {
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

  // First, before the service has fetched a key.
  it('whose keys are unavailable, the response is 503, not 401', async () => {
    await issuer.stop();
    const problem = expectProblem(await list(await issuer.sign()), 503, 'unavailable');
    expect(JSON.stringify(problem)).not.toMatch(/key|jwks|fetch|issuer/i);
    await issuer.listen();
  });

  it('the service accepts its tokens', async () => {
    expect(await list(await issuer.sign())).toMatchObject({ status: 200 });
    expect(service.service.developmentIssuer).toBeUndefined();
  });

  it('the service rejects all other tokens', async () => {
    const [header, payload] = (await issuer.sign()).split('.');
    for (const [token, reason] of [
      [await issuer.sign({ exp: secondsFromNow(-10) }), 'The token has expired.'],
      [await issuer.sign({ iss: 'https://else.example' }), 'The token has another iss.'],
      [await issuer.sign({ aud: 'billing' }), 'The token has another aud.'],
      [await issuer.sign({ scope: 'reports:read '.repeat(600) }), 'The Authorization header is not a bearer token.'],
      [`${header}.${payload}.c2lnbmF0dXJl`, 'The signature of the token is not valid.'],
    ]) {
      const response = await list(token!);
      expectProblem(response, 401, 'unauthenticated');
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer error="invalid_token", error_description="${reason}"`,
      );
    }
  });

  it('the service fetches a new key with the first token that is signed with it', async () => {
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
