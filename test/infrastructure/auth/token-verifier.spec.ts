import { SignJWT } from 'jose';
import { TokenVerifier } from '../../../src/infrastructure/auth/token-verifier';
import { AUDIENCE, ISSUER, secondsFromNow, TokenIssuer } from '../../support/token-issuer';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const COOLDOWN_MS = 31_000;
const bearer = (token: string): string => `Bearer ${token}`;

describe('an access token', () => {
  let issuer: TokenIssuer;
  let verifier: TokenVerifier;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    verifier = verifierOf(issuer);
  });
  afterAll(() => issuer.stop());

  const verify = (token: string) => verifier.verify(bearer(token));
  const outcomeOf = async (token: string) => (await verify(token)).isOk();

  it('that its issuer has signed for us says who is calling, and what they may do', async () => {
    const verified = await verify(await issuer.sign({ sub: 'bob', scope: 'reports:read  reports:write' }));
    expect(verified._unsafeUnwrap()).toEqual({
      subject: 'bob',
      scopes: new Set(['reports:read', 'reports:write']),
    });
  });

  it('without a scope allows what needs none', async () => {
    const verified = await verify(await issuer.sign({ scope: undefined }));
    expect(verified._unsafeUnwrap().scopes).toEqual(new Set());
  });

  it.each<[string, () => Promise<string>]>([
    ['that is no token', async () => 'nonsense'],
    ['of empty parts', async () => '..'],
    ['of parts that are no JSON', async () => 'YQ.YQ.YQ'],
    ['of a payload that is no object', async () => `${encoded({ alg: 'ES256' })}.${encoded(1)}.YQ`],
    ['that has expired', () => issuer.sign({ exp: secondsFromNow(-6) })],
    ['that is not valid yet', () => issuer.sign({ nbf: secondsFromNow(60) })],
    ['of another issuer', () => issuer.sign({ iss: 'https://else.example' })],
    ['of no issuer', () => issuer.sign({ iss: undefined })],
    ['for another audience', () => issuer.sign({ aud: 'billing' })],
    ['for no audience', () => issuer.sign({ aud: undefined })],
    ['without a subject', () => issuer.sign({ sub: undefined })],
    ['with an empty subject', () => issuer.sign({ sub: '' })],
    ['with a NUL character in its subject', () => issuer.sign({ sub: 'ali\0ce' })],
    ['with a subject that is a number', () => issuer.sign({ sub: 7 as never })],
    ['with a subject that is an object', () => issuer.sign({ sub: { name: 'alice' } as never })],
    ['without an end', () => issuer.sign({ exp: undefined })],
    ['with an end that is a text', () => issuer.sign({ exp: 'never' as never })],
    ['of a key that nobody knows', () => issuer.sign({}, { kid: 'another' })],
    ['that says it needs no signature', async () => unsigned(await issuer.sign())],
    ['signed with the public key as a shared secret', forgedWithPublicKey],
    ['whose content was changed', async () => changed(await issuer.sign())],
    ['longer than any honest one', () => issuer.sign({ scope: 'a '.repeat(5_000) })],
    ['whose signature is missing', async () => (await issuer.sign()).replace(/[^.]+$/, '')],
  ])('%s is refused', async (_, make) => {
    expect(await outcomeOf(await make())).toBe(false);
  });

  it('of a clock that is a few seconds ahead or behind is taken', async () => {
    expect(await outcomeOf(await issuer.sign({ nbf: secondsFromNow(3) }))).toBe(true);
    expect(await outcomeOf(await issuer.sign({ exp: secondsFromNow(-2) }))).toBe(true);
  });

  it('signed by an algorithm that is not configured is refused, though its key is known', async () => {
    const other = await TokenIssuer.start('ES384');
    try {
      const token = await other.sign();
      expect((await verifierOf(other, ['ES256', 'RS256']).verify(bearer(token))).isOk()).toBe(false);
      expect((await verifierOf(other, ['ES384']).verify(bearer(token))).isOk()).toBe(true);
    } finally {
      await other.stop();
    }
  });

  it('that was believed is not believed a moment longer than it lives', async () => {
    const exp = secondsFromNow(10);
    const token = await issuer.sign({ exp });
    expect(await outcomeOf(token)).toBe(true);
    jest.useFakeTimers({ now: (exp + 6) * 1_000, doNotFake: ['nextTick'] });
    try {
      expect(await outcomeOf(token)).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is taken however its header is spelled, verified once, and remembered under one spelling only', async () => {
    const token = await issuer.sign();
    const keys = jest.fn(async () => issuer.publicKey);
    const asking = new TokenVerifier(keys, { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] });
    for (const authorization of [`bearer ${token}`, `BEARER   ${token}`]) {
      expect((await asking.verify(authorization)).isOk()).toBe(true);
      expect(asking.recall(authorization)).toBeUndefined();
      expect(asking.recall(bearer(token))).toMatchObject({ subject: 'alice' });
    }
    expect(keys).toHaveBeenCalledTimes(1);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic abc'])('is not in a header "%s"', async (authorization) => {
    expect((await verifier.verify(authorization)).isOk()).toBe(false);
  });

  async function forgedWithPublicKey(): Promise<string> {
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: secondsFromNow(60) })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(await issuer.publicKeyAsSecret());
  }
});

describe('the keys of an issuer', () => {
  let issuer: TokenIssuer;
  let verifier: TokenVerifier;
  beforeEach(async () => {
    issuer = await TokenIssuer.start();
    verifier = verifierOf(issuer);
  });
  afterEach(() => issuer.stop());

  const verify = (token: string) => verifier.verify(bearer(token));

  it('are asked for once, however many tokens come', async () => {
    for (let count = 0; count < 5; count += 1) {
      expect((await verify(await issuer.sign({ sub: `customer-${count}` }))).isOk()).toBe(true);
    }
    expect(issuer.fetches).toBe(1);
  });

  it('that have changed are asked for again when a token of a new one comes', async () => {
    expect((await verify(await issuer.sign())).isOk()).toBe(true);
    await issuer.rotate();
    const now = Date.now();
    // Who asks too often is ignored for a while, so that forged tokens cannot make us ask all the time.
    expect((await verify(await issuer.sign())).isOk()).toBe(false);
    jest.spyOn(Date, 'now').mockReturnValue(now + COOLDOWN_MS);
    try {
      expect((await verify(await issuer.sign())).isOk()).toBe(true);
    } finally {
      jest.restoreAllMocks();
    }
    expect(issuer.fetches).toBe(2);
  });

  it('that are withdrawn are believed for a minute, and not longer', async () => {
    const token = await issuer.sign({ exp: secondsFromNow(3_600) });
    expect((await verify(token)).isOk()).toBe(true);
    await issuer.rotate();
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 50_000);
    try {
      expect((await verify(token)).isOk()).toBe(true);
      // The set of keys itself is kept for ten minutes, unless a token of an unknown key comes before.
      clock.mockReturnValue(now + 601_000);
      expect((await verify(token)).isOk()).toBe(false);
    } finally {
      clock.mockRestore();
    }
  });

  it.each([
    ['fail to come', { status: 500, body: '{}' }],
    ['are no JSON', { status: 200, body: '<html>' }],
    ['are none', { status: 200, body: '{"keys":"none"}' }],
  ])('that %s are no reason to call a token invalid', async (_, answer) => {
    issuer.response = answer;
    await expect(verify(await issuer.sign())).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  });

  it('cannot be had while its server is down, and are known again afterwards', async () => {
    const token = await issuer.sign();
    await issuer.stop();
    await expect(verify(token)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    await issuer.listen();
    expect((await verify(token)).isOk()).toBe(true);
    await issuer.stop();
    expect((await verify(await issuer.sign({ sub: 'bob' }))).isOk()).toBe(true);
  });
});

function verifierOf(issuer: TokenIssuer, algorithms = ['ES256', 'RS256']): TokenVerifier {
  return TokenVerifier.remote(issuer.jwksUrl, { issuer: ISSUER, audience: AUDIENCE, algorithms });
}

function unsigned(token: string): string {
  return `${encoded({ alg: 'none' })}.${token.split('.')[1]}.`;
}

function changed(token: string): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
  return `${header}.${encoded({ ...claims, sub: 'mallory' })}.${signature}`;
}
