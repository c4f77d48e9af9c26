import { toJson } from '../globals';
import { isObservable, Observable, tap } from 'rxjs';
import { isThenable } from '../model/thenable';
import { checkBudget } from '../scopes/budget-error';
import type { Scope } from '../scopes/scope';
import { scopeStore } from '../scopes/scope-store';
import type { Handler } from './handlers';

/** A pattern or the name of a message as part of a name. */
export function textOf(pattern: unknown): string {
  if (typeof pattern !== 'object' || pattern === null || pattern instanceof RegExp) return String(pattern);
  return toJson(pattern);
}

/** Opens the scope of a unit of work; undefined if that fails. */
export function openUnit(name: string | ((handler: Handler) => string), handlerOf?: () => Handler): Scope | undefined {
  return scopeStore.guarded(() => {
    const handler = handlerOf?.();
    const scope = scopeStore.open(typeof name === 'string' ? name : name(handler!));
    if (handler !== undefined) setHandler(scope, handler);
    return scope;
  });
}

export function setHandler(scope: Scope, { name, budget }: Handler): void {
  scope.handler = name;
  if (budget !== undefined) scope.budget = budget;
}

export function endUnit(scope: Scope): void {
  scopeStore.close(scope);
  scopeStore.leave(scope);
}

/**
 * Runs work in its scope, if it has one, which ends when it returns, throws, settles, or when the Observable that it returns does.
 *
 * @param continues it has not ended when the work returns without an error
 */
export function runUnit<T>(scope: Scope | undefined, work: () => T, continues = false): T {
  if (scope === undefined) return work();
  try {
    const result = scopeStore.run(scope, work);
    if (isThenable(result)) {
      return Promise.resolve(result).then(
        (value) => endWith(scope, value, continues),
        (error: unknown) => {
          endUnit(scope);
          throw error;
        },
      ) as T;
    }
    return endWith(scope, result, continues);
  } catch (error) {
    endUnit(scope);
    throw error;
  }
}

function endWith<T>(scope: Scope, result: T, continues: boolean): T {
  if (isObservable(result)) return within(scope, result) as T;
  if (continues) return result;
  endUnit(scope);
  checkBudget(scope);
  return result;
}

/** The same values. What the source does when it is subscribed to belongs to the scope. */
function within<T>(scope: Scope, source: Observable<T>): Observable<T> {
  const checked = source.pipe(tap({ complete: () => checkBudget(scope) }));
  return new Observable((subscriber) => {
    const subscription = scopeStore.run(scope, () => checked.subscribe(subscriber));
    return () => {
      subscription.unsubscribe();
      endUnit(scope);
    };
  });
}
