import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessGuard } from '../../../src/infrastructure/auth/access.guard';
import { TokenVerifier } from '../../../src/infrastructure/auth/token-verifier';
import { AUDIENCE, ISSUER, TokenIssuer } from '../../support/token-issuer';

describe('the access guard', () => {
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
  });
  afterAll(() => issuer.stop());

  it('verifies a token asynchronously, and admits it synchronously the next time', async () => {
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] };
    const guard = new AccessGuard(new Reflector(), TokenVerifier.remote(issuer.jwksUrl, options));
    const authorization = `Bearer ${await issuer.sign()}`;
    const outcome = guard.canActivate(aRequestWith(authorization));
    expect(outcome).toBeInstanceOf(Promise);
    expect(await outcome).toBe(true);
    expect(guard.canActivate(aRequestWith(authorization))).toBe(true);
  });
});

function aRequestWith(authorization: string): ExecutionContext {
  class Orders {
    list(): void {}
  }
  return {
    getClass: () => Orders,
    getHandler: () => Orders.prototype.list,
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization } }) }),
  } as unknown as ExecutionContext;
}
