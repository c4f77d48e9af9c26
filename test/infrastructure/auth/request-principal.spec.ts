import { principalOf, setPrincipal } from '../../../src/infrastructure/auth/request-principal';

const alice = { subject: 'alice', scopes: new Set<string>() };

describe('the principal of a request', () => {
  it('is whom the guard has let in', () => {
    const request = {};
    setPrincipal(request, alice);
    expect(principalOf(request)).toBe(alice);
  });

  it('is nothing that a request could carry', () => {
    const request: object = JSON.parse(
      '{"principal": {"subject": "mallory"}, "Symbol(principal)": {"subject": "mallory"}}',
    );
    expect(() => principalOf(request)).toThrow('The principal of a public route was asked for.');
  });
});
