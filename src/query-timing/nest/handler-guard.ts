import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { scopeStore } from '../scopes/scope-store';
import { operationOf, requestOfGraphql } from './graphql';
import { handlerOf, type AnyFunction } from './handlers';
import type { HttpRequests } from './http-requests';
import { routeOf, type HttpRequest } from './http-route';
import { setHandler } from './unit-of-work';

/** Names the current scope by the handler that is about to be called. It is the first guard, and lets everything pass. */
export class HandlerGuard implements CanActivate {
  constructor(private readonly requests: HttpRequests) {}

  canActivate(context: ExecutionContext): true {
    if (scopeStore.isOn) scopeStore.guarded(() => this.enter(context));
    return true;
  }

  private enter(context: ExecutionContext): void {
    const args: readonly unknown[] = context.getArgs();
    const isGraphql = context.getType<string>() === 'graphql';
    const request = isGraphql ? requestOfGraphql(args[2]) : (args[0] as HttpRequest | undefined);
    const ofRequest = this.requests.enter(request);
    const scope = ofRequest ?? scopeStore.current();
    // The first handler counts: a GraphQL operation with several root fields is one unit of work.
    if (scope === undefined || scope.handler !== undefined) return;
    const name = isGraphql ? operationOf(args[3]) : ofRequest && routeOf(request!);
    if (name !== undefined) scope.name = name;
    else if (isGraphql) return;
    setHandler(scope, handlerOf(context.getClass(), context.getHandler() as AnyFunction));
  }
}
