import { MetadataScanner, Reflector, type ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { replaceMethod } from '../probes/method-replacement';
import { scopeStore } from '../scopes/scope-store';
import { callIn, endsWithCall, grpcPatternOf } from './grpc-calls';
import { handlerOf, type AnyClass, type AnyFunction, type Handler } from './handlers';
import { openUnit, runUnit, textOf } from './unit-of-work';

interface MessageHandler extends AnyFunction {
  /** The next handler of the same event. */
  next?: MessageHandler;
}

/** What is used of Nest's servers for microservices. */
interface RpcServer {
  readonly transportId?: unknown;
  addHandler(pattern: unknown, callback: MessageHandler, isEventHandler?: boolean, extras?: unknown): void;
}

/** What the decorators of @nestjs/microservices leave on a method. */
const HANDLER_TYPE = 'microservices:handler_type';
const PATTERNS = 'microservices:pattern';
const TRANSPORT = 'microservices:transport';
const EVENT = 2;

/** Runs the handlers of messages and events, each in a scope. */
export function watchMessages(modules: ModulesContainer): void {
  const servers = modules.getRpcTargetRegistry?.() as Observable<RpcServer> | undefined;
  servers?.subscribe((server) => {
    const handlers = scopeStore.guarded(() => handlersOn(modules, server.transportId)) ?? new Map<string, Handler[]>();
    replaceMethod(server, 'addHandler', (add) => (pattern, callback, isEvent, extras) => {
      const watched = scopeStore.guarded(() => {
        const name = nameOf(pattern, isEvent === true);
        return inScope(name, pattern, handlers.get(name)?.shift(), callback);
      });
      add.call(server, pattern, watched ?? callback, isEvent, extras);
    });
  });
}

function inScope(
  name: string,
  pattern: unknown,
  handler: Handler | undefined,
  callback: MessageHandler,
): MessageHandler {
  const grpc = grpcPatternOf(pattern);
  const run: MessageHandler = (...args: readonly unknown[]) => {
    if (!scopeStore.isOn) return callback(...args);
    const scope = openUnit(name, handler && (() => handler));
    const passed = (scope && scopeStore.guarded(() => callIn(scope, grpc, args))) ?? args;
    return runUnit(scope, () => callback(...passed), endsWithCall(grpc));
  };
  // Nest's servers chain the handlers of an event by this property, and the callback reads it.
  return Object.defineProperty(run, 'next', {
    get: () => callback.next,
    set: (next: MessageHandler) => {
      callback.next = next;
    },
  });
}

function nameOf(pattern: unknown, isEvent: boolean): string {
  const grpc = grpcPatternOf(pattern);
  if (grpc !== undefined) return `GRPC ${grpc.service}/${grpc.rpc}`;
  return `${isEvent ? 'EVENT' : 'MESSAGE'} ${textOf(pattern)}`;
}

/** The handlers by name, in the order in which Nest adds them: of an event, there may be several. */
function handlersOn(modules: ModulesContainer, transportId: unknown): Map<string, Handler[]> {
  const reflector = new Reflector();
  const scanner = new MetadataScanner();
  const handlers = new Map<string, Handler[]>();
  const add = (owner: AnyClass, methodName: string, method: AnyFunction): void => {
    const type = reflector.get<number | undefined>(HANDLER_TYPE, method);
    const transport = reflector.get<unknown>(TRANSPORT, method);
    if (type === undefined || (transport !== undefined && transportId !== undefined && transport !== transportId))
      return;
    for (const pattern of reflector.get<unknown[]>(PATTERNS, method)) {
      const name = nameOf(pattern, type === EVENT);
      handlers.set(name, [...(handlers.get(name) ?? []), handlerOf(owner, method, methodName)]);
    }
  };
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      const prototype = metatype?.prototype as Record<string, AnyFunction>;
      for (const name of scanner.getAllMethodNames(prototype)) add(metatype as AnyClass, name, prototype[name]!);
    }
  }
  return handlers;
}
