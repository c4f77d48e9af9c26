import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessGuard } from '../../../src/infrastructure/auth/access.guard';
import { TokenVerifier } from '../../../src/infrastructure/auth/token-verifier';
import { AUDIENCE, ISSUER, TokenIssuer } from '../../support/token-issuer';

describe('whoever calls with a token', () => {
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
  });
  afterAll(() => issuer.stop());

  it('waits while it is verified, and is let in at once the next time', async () => {
    const known = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] };
    const guard = new AccessGuard(new Reflector(), TokenVerifier.remote(issuer.jwksUrl, known));
    const authorization = `Bearer ${await issuer.sign()}`;
    const asked = guard.canActivate(aRequestWith(authorization));
    expect(asked).toBeInstanceOf(Promise);
    expect(await asked).toBe(true);
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
