import { types } from 'node:util';
import type { ScopeSummary } from '../model/scope-summary';
import { isThenable } from '../model/thenable';
import { checkBudget } from './budget-error';
import { iterateIn } from './iteration';
import type { Scope, ScopeOrigin } from './scope';
import { scopeStore } from './scope-store';
import { summaryOf } from './scope-summary';

/** What identifies a unit of work, besides its name. */
export type RunInScopeOptions = Pick<ScopeOrigin, 'requestId'>;

/**
 * Runs work as one unit: its statements, also those of several DataSources, are counted together until it returns, throws
 * or settles. Inside another unit of work, they count in the inner one only. Without a timing that has the option `scopes`,
 * it only runs the work.
 *
 * A generator that the work returns is part of it until it has been read. What begins later in another way, such as an
 * Observable, is not: return a promise of its result.
 *
 * @param name what kind of work it is, not which one: it becomes a label of metrics; at most 100 characters
 * @param work may be asynchronous
 * @returns what `work` returns; what it throws is thrown
 * @example
 * ```ts
 * import { currentScope, runInScope } from 'nestjs-query-timing';
 *
 * export async function nightly(job: () => Promise<void>): Promise<number | undefined> {
 *   return runInScope('nightly report', async () => {
 *     await job();
 *     return currentScope()?.statements;
 *   });
 * }
 * ```
 */
export function runInScope<T>(name: string, work: () => T, options?: RunInScopeOptions): T {
  if (!scopeStore.isOn) return work();
  const scope = scopeStore.guarded(() => scopeStore.open(String(name), options));
  if (scope === undefined) return work();
  try {
    const result = scopeStore.run(scope, () => settled(work()));
    if (!(result instanceof Promise)) return ended(scope, result);
    // What the caller receives rejects unhandled if the caller does not handle it.
    return result.then(
      (value) => ended(scope, value),
      (error: unknown) => {
        end(scope);
        throw error;
      },
    ) as T;
  } catch (error) {
    end(scope);
    throw error;
  }
}

/** Some promises of libraries start their work again each time that `then` is called, so that is called once. */
function settled<T>(result: T): T | Promise<unknown> {
  return isThenable(result) ? Promise.resolve(result) : result;
}

/**
 * What the current unit of work has done so far, as a copy; undefined outside of one, and without the option `scopes`.
 *
 * @example
 * ```ts
 * import { currentScope } from 'nestjs-query-timing';
 *
 * export const statementsSoFar = () => currentScope()?.statements ?? 0;
 * ```
 */
export function currentScope(): ScopeSummary | undefined {
  const scope = scopeStore.current();
  return scope && summaryOf(scope);
}

/** The work has returned: it goes on if that is a generator, which begins when it is read. */
function ended<T>(scope: Scope, result: T): T {
  const finish = () => {
    end(scope);
    checkBudget(scope);
  };
  if (types.isGeneratorObject(result)) {
    return iterateIn(scope, result, (failed) => (failed ? end(scope) : finish())) as T;
  }
  finish();
  return result;
}

function end(scope: Scope): void {
  scopeStore.close(scope);
  scopeStore.leave(scope);
}
