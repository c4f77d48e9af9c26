import { isObservable, Observable, tap } from 'rxjs';
import { isThenable } from '../model/thenable';
import { checkBudget } from '../scopes/budget-error';
import type { Scope } from '../scopes/scope';
import { scopeStore } from '../scopes/scope-store';
import type { Handler } from './handlers';

/** A pattern or the name of a message as part of a name. */
export const textOf = (pattern: unknown): string => (typeof pattern === 'string' ? pattern : JSON.stringify(pattern));

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

/** Runs work in its scope, if it has one, which ends when it returns, throws, settles, or when the Observable that it returns does. */
export function runUnit<T>(scope: Scope | undefined, work: () => T): T {
  if (scope === undefined) return work();
  try {
    const result = scopeStore.run(scope, work);
    if (isThenable(result)) {
      return Promise.resolve(result).then(
        (value) => endWith(scope, value),
        (error: unknown) => {
          endUnit(scope);
          throw error;
        },
      ) as T;
    }
    return endWith(scope, result);
  } catch (error) {
    endUnit(scope);
    throw error;
  }
}

function endWith<T>(scope: Scope, result: T): T {
  if (isObservable(result)) return within(scope, result) as T;
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
