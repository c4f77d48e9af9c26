import { SignJWT, type JWTPayload } from 'jose';
import { setTimeout as delay } from 'node:timers/promises';
import { RemoteKeySet } from '../../../src/infrastructure/auth/remote-key-set';
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

  it('of the configured issuer and audience yields its subject and its scopes', async () => {
    const verified = await verify(await issuer.sign({ sub: 'bob', scope: 'reports:read  reports:write' }));
    expect(verified._unsafeUnwrap()).toEqual({
      subject: 'bob',
      scopes: new Set(['reports:read', 'reports:write']),
    });
  });

  it('without a scope has no scopes', async () => {
    const verified = await verify(await issuer.sign({ scope: undefined }));
    expect(verified._unsafeUnwrap().scopes).toEqual(new Set());
  });

  it.each<[string, () => Promise<string>]>([
    ['that is not a JWT', async () => 'nonsense'],
    ['of empty parts', async () => '..'],
    ['whose parts are not JSON', async () => 'YQ.YQ.YQ'],
    ['whose payload is not an object', async () => `${encoded({ alg: 'ES256' })}.${encoded(1)}.YQ`],
    ['that has expired', () => issuer.sign({ exp: secondsFromNow(-6) })],
    ['that is not valid yet', () => issuer.sign({ nbf: secondsFromNow(60) })],
    ['of another issuer', () => issuer.sign({ iss: 'https://else.example' })],
    ['of no issuer', () => issuer.sign({ iss: undefined })],
    ['for another audience', () => issuer.sign({ aud: 'billing' })],
    ['for no audience', () => issuer.sign({ aud: undefined })],
    ['without a subject', () => issuer.sign({ sub: undefined })],
    ['with an empty subject', () => issuer.sign({ sub: '' })],
    ['with a NUL character in its subject', () => issuer.sign({ sub: 'ali\0ce' })],
    ['with half of a surrogate pair in its subject', () => issuer.sign({ sub: 'ali\ud800ce' })],
    ['with a subject that is a number', () => issuer.sign({ sub: 7 as never })],
    ['with a subject that is an object', () => issuer.sign({ sub: { name: 'alice' } as never })],
    ['without an expiry', () => issuer.sign({ exp: undefined })],
    ['with an expiry that is a string', () => issuer.sign({ exp: 'never' as never })],
    ['signed with an unknown key', () => issuer.sign({}, { kid: 'another' })],
    ['with the algorithm `none`', async () => unsigned(await issuer.sign())],
    ['signed with the public key as a shared secret', forgedWithPublicKey],
    ['whose content was changed', async () => changed(await issuer.sign())],
    ['that is an ID token, by its access token hash', () => issuer.sign({ at_hash: 'YQ' })],
    ['that is an ID token, by its code hash', () => issuer.sign({ c_hash: 'YQ' })],
    ['that is an ID token of Keycloak', () => issuer.sign({ typ: 'ID' }, { typ: 'JWT' })],
    ['that is an ID token of Cognito', () => issuer.sign({ token_use: 'id' })],
    ['that is a refresh token', () => issuer.sign({ typ: 'Refresh' })],
    ['that is an offline token, a refresh token that does not expire', () => issuer.sign({ typ: 'Offline' })],
    ['that is a logout token', () => issuer.sign({ events: {} }, { typ: 'logout+jwt' })],
    ['that is a logout token without a type', () => issuer.sign({ events: {} })],
    ['that proves the possession of a key', () => issuer.sign({}, { typ: 'dpop+jwt' })],
    ['longer than the limit', () => issuer.sign({ scope: 'a '.repeat(5_000) })],
    ['whose signature is missing', async () => (await issuer.sign()).replace(/[^.]+$/, '')],
  ])('%s is refused', async (_, make) => {
    expect(await outcomeOf(await make())).toBe(false);
  });

  it.each<[string, JWTPayload, Record<string, unknown>]>([
    ['no type', {}, {}],
    ['the general type', {}, { typ: 'JWT' }],
    ['its own type', {}, { typ: 'at+jwt' }],
    ['its own type as a media type', {}, { typ: 'Application/AT+JWT' }],
    ['the type in its claims, as Keycloak has it', { typ: 'Bearer', nonce: 'a' }, { typ: 'JWT' }],
    ['its use in its claims, as Cognito has it', { token_use: 'access' }, {}],
    ['a type that is not text', { typ: 1 }, {}],
  ])('is accepted with %s', async (_, claims, header) => {
    expect(await outcomeOf(await issuer.sign(claims, header))).toBe(true);
  });

  it('needs its own type where that is required', async () => {
    const strict = verifierOf(issuer, undefined, { isTypeRequired: true });
    const typesThatAreAccepted = [];
    for (const typ of [undefined, 'JWT', 'id+jwt', 'at+jwt', 'application/at+jwt']) {
      if ((await strict.verify(bearer(await issuer.sign({}, { typ })))).isOk()) typesThatAreAccepted.push(typ);
    }
    expect(typesThatAreAccepted).toEqual(['at+jwt', 'application/at+jwt']);
  });

  it('is named as what is missing, if it is another token', async () => {
    const refused = (await verify(await issuer.sign({ at_hash: 'YQ' })))._unsafeUnwrapErr();
    expect(refused.reason).toBe('The token is not an access token.');
  });

  it('is accepted when the clocks differ by a few seconds', async () => {
    expect(await outcomeOf(await issuer.sign({ nbf: secondsFromNow(3) }))).toBe(true);
    expect(await outcomeOf(await issuer.sign({ exp: secondsFromNow(-2) }))).toBe(true);
  });

  it('signed with an algorithm that is not configured is refused, although its key is known', async () => {
    const other = await TokenIssuer.start('ES384');
    try {
      const token = await other.sign();
      expect((await verifierOf(other, ['ES256', 'RS256']).verify(bearer(token))).isOk()).toBe(false);
      expect((await verifierOf(other, ['ES384']).verify(bearer(token))).isOk()).toBe(true);
    } finally {
      await other.stop();
    }
  });

  it('that is cached is refused as soon as it expires', async () => {
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

  it('is accepted in every spelling of its header, verified once, and cached under one spelling only', async () => {
    const token = await issuer.sign();
    const keys = jest.fn(async () => issuer.publicKey);
    const counting = new TokenVerifier(keys, { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] });
    for (const authorization of [`bearer ${token}`, `BEARER   ${token}`]) {
      expect((await counting.verify(authorization)).isOk()).toBe(true);
      expect(counting.cachedPrincipal(authorization)).toBeUndefined();
      expect(counting.cachedPrincipal(bearer(token))).toMatchObject({ subject: 'alice' });
    }
    expect(keys).toHaveBeenCalledTimes(1);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic abc'])(
    'is missing from the header "%s", which is refused',
    async (authorization) => {
      expect((await verifier.verify(authorization)).isOk()).toBe(false);
    },
  );

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

  it('are fetched once for many tokens', async () => {
    for (let count = 0; count < 5; count += 1) {
      expect((await verify(await issuer.sign({ sub: `customer-${count}` }))).isOk()).toBe(true);
    }
    expect(issuer.fetches).toBe(1);
  });

  it('are fetched again for a token with an unknown key', async () => {
    expect((await verify(await issuer.sign())).isOk()).toBe(true);
    await issuer.rotate();
    const now = Date.now();
    // jose waits between two fetches, so that forged tokens cannot cause one each.
    expect((await verify(await issuer.sign())).isOk()).toBe(false);
    jest.spyOn(Date, 'now').mockReturnValue(now + COOLDOWN_MS);
    try {
      expect((await verify(await issuer.sign())).isOk()).toBe(true);
    } finally {
      jest.restoreAllMocks();
    }
    expect(issuer.fetches).toBe(2);
  });

  it('are not accepted for longer than two minutes after they are withdrawn', async () => {
    const token = await issuer.sign({ exp: secondsFromNow(3_600) });
    expect((await verify(token)).isOk()).toBe(true);
    await issuer.rotate();
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 50_000);
    try {
      expect((await verify(token)).isOk()).toBe(true);
      clock.mockReturnValue(now + 120_001);
      expect((await verify(token)).isOk()).toBe(false);
    } finally {
      clock.mockRestore();
    }
  });

  it('are not accepted for longer when the clock is set back by an hour', async () => {
    const token = await issuer.sign({ exp: secondsFromNow(3_600) });
    const other = await issuer.sign({ exp: secondsFromNow(3_600), sub: 'other' });
    expect((await verify(token)).isOk()).toBe(true);
    await issuer.rotate();
    const [now, monotonic] = [Date.now(), performance.now()];
    jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000 + 61_000);
    jest.spyOn(performance, 'now').mockReturnValue(monotonic + 61_000);
    try {
      expect((await verify(token)).isOk()).toBe(false);
      expect((await verify(other)).isOk()).toBe(false);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('are all tried for a token that does not name its key', async () => {
    const first = await issuer.sign({ sub: 'first' }, { kid: undefined });
    await issuer.addKey();
    expect((await verify(first))._unsafeUnwrap()).toMatchObject({ subject: 'first' });
    const second = await issuer.sign({ sub: 'second' }, { kid: undefined });
    expect((await verify(second))._unsafeUnwrap()).toMatchObject({ subject: 'second' });
    await issuer.rotate();
    const foreign = await issuer.sign({}, { kid: undefined });
    expect((await verify(foreign))._unsafeUnwrapErr().reason).toBe('The signature of the token is not valid.');
  });

  it('are used for an hour while the issuer is down, for new tokens too', async () => {
    expect((await verify(await issuer.sign())).isOk()).toBe(true);
    const [soon, later, tooLate] = await Promise.all(
      ['soon', 'later', 'too late'].map((sub) => issuer.sign({ sub, exp: secondsFromNow(7_200) })),
    );
    await issuer.stop();
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 61_000);
    try {
      expect((await verify(soon!)).isOk()).toBe(true);
      clock.mockReturnValue(now + 3_590_000);
      expect((await verify(later!)).isOk()).toBe(true);
      clock.mockReturnValue(now + 3_620_000);
      await expect(verify(tooLate!)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    } finally {
      clock.mockRestore();
    }
  });

  describe('that are due, of an issuer that does not respond,', () => {
    let clock: jest.SpyInstance;
    beforeEach(async () => {
      const { find } = new RemoteKeySet(new URL(issuer.jwksUrl), { maxWaitMs: 1 });
      verifier = new TokenVerifier(find, { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] });
      expect((await verify(await issuer.sign())).isOk()).toBe(true);
      issuer.fallSilent();
      clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    });
    afterEach(() => {
      clock.mockRestore();
      issuer.speakAgain();
    });

    it('are used as they are, and fetched once for many tokens', async () => {
      for (const sub of ['a', 'b', 'c']) {
        expect((await verify(await issuer.sign({ sub, exp: secondsFromNow(3_600) }))).isOk()).toBe(true);
      }
      expect(issuer.fetches).toBe(2);
    });

    it('are replaced by what arrives when no token waits for it any more', async () => {
      expect((await verify(await issuer.sign({ exp: secondsFromNow(3_600) }))).isOk()).toBe(true);
      await issuer.rotate();
      issuer.speakAgain();
      const token = await issuer.sign({ exp: secondsFromNow(3_600) });
      while ((await verify(token)).isErr());
      expect(issuer.fetches).toBe(2);
    });

    it('are waited for by a token with a new key', async () => {
      await issuer.rotate();
      const token = await issuer.sign({ exp: secondsFromNow(3_600) });
      const verified = verify(token);
      const first = await Promise.race([verified, delay(50, 'waits')]);
      issuer.speakAgain();
      expect(first).toBe('waits');
      expect((await verified).isOk()).toBe(true);
    });
  });

  it('that cannot be fetched again are asked for every ten seconds, not for every token', async () => {
    expect((await verify(await issuer.sign())).isOk()).toBe(true);
    const tokens = await Promise.all(
      ['a', 'b', 'c', 'd'].map((sub) => issuer.sign({ sub, exp: secondsFromNow(7_200) })),
    );
    issuer.response = { status: 500, body: '{}' };
    const before = issuer.fetches;
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 61_000);
    try {
      for (const token of tokens.slice(0, 3)) expect((await verify(token)).isOk()).toBe(true);
      expect(issuer.fetches).toBe(before + 1);
      clock.mockReturnValue(now + 71_500);
      expect((await verify(tokens[3]!)).isOk()).toBe(true);
      expect(issuer.fetches).toBe(before + 2);
    } finally {
      clock.mockRestore();
    }
  });

  it.each([
    ['cannot be fetched', { status: 500, body: '{}' }],
    ['are not JSON', { status: 200, body: '<html>' }],
    ['are not a key set', { status: 200, body: '{"keys":"none"}' }],
  ])('that %s do not make a token invalid', async (_, response) => {
    issuer.response = response;
    await expect(verify(await issuer.sign())).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  });

  it('are unavailable while the server of the issuer is down, and are fetched again afterwards', async () => {
    const token = await issuer.sign();
    await issuer.stop();
    await expect(verify(token)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    await issuer.listen();
    expect((await verify(token)).isOk()).toBe(true);
    await issuer.stop();
    expect((await verify(await issuer.sign({ sub: 'bob' }))).isOk()).toBe(true);
  });
});

function verifierOf(issuer: TokenIssuer, algorithms = ['ES256', 'RS256'], more: { isTypeRequired?: boolean } = {}) {
  return TokenVerifier.remote(issuer.jwksUrl, { issuer: ISSUER, audience: AUDIENCE, algorithms, ...more });
}

function unsigned(token: string): string {
  return `${encoded({ alg: 'none' })}.${token.split('.')[1]}.`;
}

function changed(token: string): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
  return `${header}.${encoded({ ...claims, sub: 'mallory' })}.${signature}`;
}
