import type { ExternalContextCreator } from '@nestjs/core';
import { replaceMethod } from '../probes/method-replacement';
import { scopeStore } from '../scopes/scope-store';
import { requestOfGraphql } from './graphql';
import { handlerOf, type AnyFunction } from './handlers';
import type { HttpRequests } from './http-requests';
import { openUnit, runUnit } from './unit-of-work';

/**
 * Opens a scope for the handlers that other packages call by Nest's `ExternalContextCreator` where none is open: GraphQL
 * subscriptions, and messages of transports that are not Nest's own.
 */
export function watchExternalHandlers(creator: ExternalContextCreator, requests: HttpRequests): void {
  const watched =
    (create: AnyFunction): AnyFunction =>
    (...args: readonly unknown[]) => {
      const callback = create.apply(creator, [...args]) as AnyFunction;
      const [instance, method, methodName] = args as [object, AnyFunction, string];
      const contextType = typeof args[8] === 'string' ? args[8] : 'external';
      return (...callArgs: readonly unknown[]) => {
        if (!scopeStore.isOn) return callback(...callArgs);
        const isOpen = scopeStore.guarded(() => {
          const request = contextType === 'graphql' ? requestOfGraphql(callArgs[2]) : undefined;
          return requests.enter(request) !== undefined || scopeStore.current()?.isClosed === false;
        });
        if (isOpen) return callback(...callArgs);
        const handler = () => handlerOf(instance.constructor, method, methodName);
        return runUnit(
          openUnit(({ name }) => `${contextType} ${name}`, handler),
          () => callback(...callArgs),
        );
      };
    };
  replaceMethod(creator, 'create', (create) => watched(create as AnyFunction) as typeof create);
}
