import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { DevelopmentIssuer } from '../../../src/infrastructure/auth/development-issuer';

describe('a development issuer', () => {
  const key = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));
  const request = { subject: 'alice', scopes: [] };

  it('accepts the tokens of an earlier one with the same key, as after a reload', async () => {
    const token = await (await DevelopmentIssuer.create('here', key)).sign(request);
    const { keys } = await DevelopmentIssuer.create('here', key);
    expect((await jwtVerify(token, keys)).payload.sub).toBe('alice');
  });

  it('has its own key otherwise, and publishes no private part of it', async () => {
    const token = await (await DevelopmentIssuer.create('here', key)).sign(request);
    const { keys } = await DevelopmentIssuer.create('here');
    await expect(jwtVerify(token, keys)).rejects.toThrow('signature verification failed');
    const { type } = (await keys({ alg: 'ES256' }, {} as never)) as CryptoKey;
    expect(type).toBe('public');
  });
});
