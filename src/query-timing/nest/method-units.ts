import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { scopeStore } from '../scopes/scope-store';
import { handlerOf, type AnyClass, type AnyFunction, type Handler } from './handlers';
import { openUnit, runUnit } from './unit-of-work';

/** Says what unit of work the call of a method is, by the handler that it is; undefined for any other method. */
export type UnitName = (
  owner: AnyClass,
  methodName: string,
  method: AnyFunction,
) => ((handler: Handler) => string) | undefined;

const scanner = new MetadataScanner();
const replaced = new WeakSet<AnyFunction>();

/**
 * Runs methods of providers and controllers, each in a scope. The methods are replaced where nothing else sees the
 * call: packages bind them when the modules are initialised, and keep what they have bound in timers and listeners.
 */
export function watchMethods(modules: ModulesContainer, nameOf: UnitName): void {
  for (const { providers, controllers } of modules.values()) {
    for (const { instance } of [...providers.values(), ...controllers.values()]) {
      const prototype: unknown = typeof instance === 'object' && instance !== null && Object.getPrototypeOf(instance);
      if (!prototype || prototype === Object.prototype) continue;
      for (const name of scanner.getAllMethodNames(prototype)) replace(prototype, name, nameOf);
    }
  }
}

function replace(prototype: object, methodName: string, nameOf: UnitName): void {
  const owner = ownerOf(prototype, methodName);
  const descriptor = Object.getOwnPropertyDescriptor(owner, methodName)!;
  const method = descriptor.value as AnyFunction;
  if (replaced.has(method)) return;
  const unitName = nameOf(prototype.constructor, methodName, method);
  if (unitName === undefined) return;
  const run = function (this: object, ...args: unknown[]): unknown {
    // A method that a request calls is part of that request.
    if (!scopeStore.isOn || scopeStore.current()?.isClosed === false) return method.apply(this, args);
    const handler = () => handlerOf(this.constructor, method, methodName);
    return runUnit(openUnit(unitName, handler), () => method.apply(this, args));
  };
  for (const key of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), run);
  }
  Object.defineProperty(run, 'name', { value: methodName });
  replaced.add(run);
  Object.defineProperty(owner, methodName, { ...descriptor, value: run });
}

function ownerOf(prototype: object, name: string): object {
  let owner = prototype;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}
