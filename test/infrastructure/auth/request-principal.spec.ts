import type { ExecutionContext } from '@nestjs/common';
import { principalOf, setPrincipal } from '../../../src/infrastructure/auth/request-principal';

const alice = { subject: 'alice', scopes: new Set<string>() };

describe('the current principal', () => {
  const contextOf = (request: object) => ({ switchToHttp: () => ({ getRequest: () => request }) }) as ExecutionContext;

  it('is the one that the guard has set', () => {
    const request = {};
    setPrincipal(request, alice);
    expect(principalOf(undefined, contextOf(request))).toBe(alice);
  });

  it('cannot be set by anything in a request, and reading it on a public route is a bug', () => {
    const mallory = { subject: 'mallory' };
    const request = { principal: mallory, 'Symbol(principal)': mallory, body: { principal: mallory } };
    expect(() => principalOf(undefined, contextOf(request))).toThrow('public route');
  });
});
