import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { IS_PUBLIC, REQUIRED_SCOPE } from './auth.decorators';
import { setPrincipal } from './request-principal';
import type { TokenVerifier } from './token-verifier';

const bearer = /^Bearer +([\w.~+/-]+=*)$/i;
/** Far above any honest token, far below what would be worth hashing for an attacker. */
const LONGEST_HEADER = 8_192;

/** Nobody may do anything, unless a valid token or `@Public()` says so. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers.authorization ?? '';
    const token = header.length <= LONGEST_HEADER ? bearer.exec(header)?.[1] : undefined;
    if (!token) throw new UnauthorizedException();
    const verified = await this.tokens.verify(token);
    if (verified.isErr()) throw new UnauthorizedException();

    const principal = verified.value;
    const scope = this.reflector.getAllAndOverride<string | undefined>(REQUIRED_SCOPE, targets);
    if (scope && !principal.scopes.has(scope)) throw new ForbiddenException();
    setPrincipal(request, principal);
    return true;
  }
}
