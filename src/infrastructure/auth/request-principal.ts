import type { Principal } from '../../application/shared/principal';

/** Who sent a request. Kept beside the request, so that nothing in it can be taken for a principal. */
const principals = new WeakMap<object, Principal>();

export function setPrincipal(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/** @throws on a public route: there is nobody to speak of, so asking is a bug */
export function principalOf(request: object): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error('The principal of a public route was asked for.');
  return principal;
}
