import { Reflector } from '@nestjs/core';
import type { QueryBudgetLimits } from '../scopes/scope-options';
import { QUERY_BUDGET } from './query-budget';

/** A method of a controller, resolver, gateway or provider that is called for a unit of work. */
export interface Handler {
  /** `Controller.handler` */
  readonly name: string;
  readonly budget: QueryBudgetLimits | undefined;
}

const reflector = new Reflector();
const known = new WeakMap<object, WeakMap<object, Handler>>();

/** The handler of a class. Subclasses that inherit it have one each. */
export function handlerOf(owner: AnyClass, method: AnyFunction, methodName = method.name): Handler {
  let ofClass = known.get(owner);
  if (ofClass === undefined) known.set(owner, (ofClass = new WeakMap()));
  let handler = ofClass.get(method);
  if (handler === undefined) {
    const budget = reflector.getAllAndOverride<QueryBudgetLimits | undefined>(QUERY_BUDGET, [method, owner]);
    ofClass.set(method, (handler = { name: `${owner.name}.${methodName}`, budget }));
  }
  return handler;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- what Nest calls a class
export type AnyClass = Function;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of any signature
export type AnyFunction = (...args: any[]) => unknown;
