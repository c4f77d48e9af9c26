import { AsyncResource } from 'node:async_hooks';
import type { Scope } from '../scopes/scope';
import { scopeStore } from '../scopes/scope-store';
import { requestIdOf, routeOf, type HttpRequest } from './http-route';
import { addServerTiming, type RawResponse } from './server-timing';
import { endUnit } from './unit-of-work';

type Done = (error?: Error) => void;
type RequestHook = (request: HttpRequest, response: HttpResponse, done: Done) => unknown;
type HttpResponse = RawResponse & { readonly raw?: RawResponse };

/** What is used of Nest's HTTP adapters. */
export interface HttpAdapter {
  setOnRequestHook?(hook: RequestHook): void;
  readonly onRequestHook?: RequestHook;
}

/** Opens the scope of each HTTP request before anything else sees it, and closes it when its response ends. */
export class HttpRequests {
  /** By the request of Node. */
  private readonly scopes = new WeakMap<object, Scope>();
  /** The async context of the handler. That in which a connection is closed belongs to no request. */
  private readonly contexts = new WeakMap<Scope, AsyncResource>();

  constructor(private readonly serverTiming: boolean) {}

  /** The adapter has room for one hook only, so another one is called by this one. */
  watch(adapter: HttpAdapter): void {
    if (adapter.setOnRequestHook === undefined) return;
    let other = adapter.onRequestHook;
    adapter.setOnRequestHook((request, response, done) =>
      this.run(request, response, () => (other === undefined ? done() : other.call(adapter, request, response, done))),
    );
    adapter.setOnRequestHook = (hook) => {
      other = hook;
    };
  }

  /** The scope of a request. It becomes the current one here, if the application made its context only meanwhile. */
  enter(request: HttpRequest | undefined): Scope | undefined {
    if (typeof request !== 'object' || request === null) return undefined;
    const scope = this.scopes.get(request.raw ?? request);
    if (scope === undefined) return undefined;
    if (scopeStore.current() !== scope) scopeStore.run(scope, () => undefined);
    if (!this.contexts.has(scope)) this.contexts.set(scope, new AsyncResource('QueryTimingRequest'));
    return scope;
  }

  private run(request: HttpRequest, response: HttpResponse, work: () => unknown): unknown {
    const scope = scopeStore.isOn ? scopeStore.guarded(() => this.open(request, response)) : undefined;
    // The application may make its object for the request later; the guard attaches the scope to it.
    return scope === undefined || scopeStore.awaitsContext ? work() : scopeStore.run(scope, work);
  }

  private open(request: HttpRequest, response: HttpResponse): Scope {
    const scope = scopeStore.open(routeOf(request), { requestId: requestIdOf(request) });
    const raw = response.raw ?? response;
    this.scopes.set(request.raw ?? request, scope);
    // Also if the client went away. A name that a GraphQL operation has given is kept.
    raw.once('close', () => {
      if (scope.handler === undefined) scopeStore.guarded(() => (scope.name = routeOf(request)));
      const context = raw.writableEnded === true ? undefined : this.contexts.get(scope);
      this.contexts.delete(scope);
      if (context === undefined) endUnit(scope);
      else context.runInAsyncScope(endUnit, undefined, scope);
    });
    if (this.serverTiming) addServerTiming(raw, scope);
    return scope;
  }
}
