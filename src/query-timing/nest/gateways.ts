import type { WebSocketAdapter } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { replaceMethod } from '../probes/method-replacement';
import { scopeStore } from '../scopes/scope-store';
import type { UnitName } from './method-units';
import { openUnit, runUnit, textOf } from './unit-of-work';

const IS_GATEWAY = 'websockets:is_gateway';
const CONNECTION_EVENTS: Readonly<Record<string, string>> = {
  handleConnection: 'WS connection',
  handleDisconnect: 'WS disconnection',
};

/** The methods of a gateway that Nest calls when a client comes and goes, without guards. */
export const connectionEvent: UnitName = (owner, methodName) => {
  const name = CONNECTION_EVENTS[methodName];
  return name !== undefined && Reflect.hasMetadata(IS_GATEWAY, owner) ? () => name : undefined;
};

/** Runs the handlers of the messages of gateways each in a scope; {@link HandlerGuard} names it. */
export function watchGateways(config: ApplicationConfig): void {
  const watched = new WeakSet<WebSocketAdapter>();
  const watch = (adapter: WebSocketAdapter | null | undefined): void => {
    if (!adapter || watched.has(adapter)) return;
    watched.add(adapter);
    replaceMethod(adapter, 'bindMessageHandlers', (bind) => (client, handlers, transform) => {
      const inScopes = handlers.map((handler) => ({ ...handler, callback: inScope(handler) }));
      return bind.call(adapter, client, inScopes, transform) as unknown;
    });
  };
  watch(config.getIoAdapter());
  replaceMethod(config, 'setIoAdapter', (set) => (adapter) => {
    watch(adapter);
    set.call(config, adapter);
  });
}

/** What Nest passes to the adapter for a method with `@SubscribeMessage`. */
type MessageHandler = Parameters<WebSocketAdapter['bindMessageHandlers']>[1][number];

function inScope({ message, callback }: MessageHandler): MessageHandler['callback'] {
  const name = `WS ${textOf(message)}`;
  return (...args: readonly unknown[]) =>
    scopeStore.isOn ? runUnit(openUnit(name), () => callback(...args)) : callback(...args);
}
