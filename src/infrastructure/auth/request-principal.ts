import type { Principal } from '../../application/shared/principal';

/** Who sent a request. Kept under a symbol of our own, so that nothing in a request can be taken for a principal. */
const PRINCIPAL = Symbol('principal');

interface Authenticated {
  [PRINCIPAL]?: Principal;
}

export function setPrincipal(request: object, principal: Principal): void {
  (request as Authenticated)[PRINCIPAL] = principal;
}

/** @throws on a public route: there is nobody to speak of, so asking is a bug */
export function principalOf(request: object): Principal {
  const principal = (request as Authenticated)[PRINCIPAL];
  if (!principal) throw new Error('The principal of a public route was asked for.');
  return principal;
}
