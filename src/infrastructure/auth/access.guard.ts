import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../application/shared/principal';
import { noteRefusal } from '../observability/access-log';
import { AccessDeniedException } from './access-denied.exception';
import { IS_PUBLIC, REQUIRED_SCOPE } from './auth.decorators';
import { setPrincipal } from './request-principal';
import { TokenVerifier } from './token-verifier';

/** What a route requires of its caller. */
interface Rule {
  readonly isPublic: boolean;
  readonly scope: string | undefined;
}

/** Rejects every request without a valid token, unless the route is `@Public()`; and one without the scope that the route requires. */
@Injectable()
export class AccessGuard implements CanActivate {
  /** By controller, then by handler: two controllers may inherit the same handler. */
  private readonly rules = new WeakMap<object, WeakMap<object, Rule>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  /** Synchronous for a token in the cache, which is the common case: a promise would cost CPU. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.ruleOf(context);
    if (rule.isPublic) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization } = request.headers;
    // Without a token there is no error in it to name (RFC 6750, 3).
    if (!authorization) throw unauthenticated(request, 'Bearer', 'The request has no token.');
    const cached = this.tokens.cachedPrincipal(authorization);
    if (cached) return admit(cached, rule, request);
    return this.tokens.verify(authorization).then((verified) => {
      if (verified.isErr()) {
        const { reason } = verified.error;
        throw unauthenticated(request, `Bearer error="invalid_token", error_description="${reason}"`, reason);
      }
      return admit(verified.value, rule, request);
    });
  }

  private ruleOf(context: ExecutionContext): Rule {
    const controller = context.getClass();
    const handler = context.getHandler();
    let controllerRules = this.rules.get(controller);
    if (!controllerRules) this.rules.set(controller, (controllerRules = new WeakMap()));
    let rule = controllerRules.get(handler);
    if (!rule) controllerRules.set(handler, (rule = this.readRule([handler, controller])));
    return rule;
  }

  private readRule(targets: Parameters<Reflector['getAllAndOverride']>[1]): Rule {
    return {
      isPublic: this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) ?? false,
      scope: this.reflector.getAllAndOverride<string | undefined>(REQUIRED_SCOPE, targets),
    };
  }
}

function unauthenticated(request: FastifyRequest, challenge: string, reason: string): AccessDeniedException {
  noteRefusal(request, reason);
  return new AccessDeniedException(401, challenge);
}

function admit(principal: Principal, { scope }: Rule, request: FastifyRequest): true {
  if (scope && !principal.scopes.has(scope)) {
    const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
    noteRefusal(request, `The token lacks the scope ${scope}.`);
    throw new AccessDeniedException(403, challenge);
  }
  setPrincipal(request, principal);
  return true;
}
