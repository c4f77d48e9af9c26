import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../../application/shared/principal';

/** A symbol, so that nothing in a request can be taken for a principal. */
const PRINCIPAL = Symbol('principal');

interface Admitted {
  [PRINCIPAL]?: Principal;
}

export function setPrincipal(request: object, principal: Principal): void {
  (request as Admitted)[PRINCIPAL] = principal;
}

/** The caller of a request that the access guard has admitted; undefined on a public route. */
export const subjectOf = (request: object): string | undefined => (request as Admitted)[PRINCIPAL]?.subject;

/** @throws on a public route, which has no caller to name: a bug */
export function principalOf(_data: unknown, context: ExecutionContext): Principal {
  const principal = context.switchToHttp().getRequest<Admitted>()[PRINCIPAL];
  if (!principal) throw new Error('@CurrentPrincipal() was used on a public route.');
  return principal;
}

/** The caller, as the access guard has admitted it: `@CurrentPrincipal() { subject }: Principal`. */
export const CurrentPrincipal = createParamDecorator(principalOf);
