import { AsyncLocalStorage } from 'node:async_hooks';

/** Made for the first sink that needs it: its existence alone makes every `await` of a process slower. */
let causes: AsyncLocalStorage<true> | undefined;

/** What {@link callOnce} returns without a call: neither a success nor a failure. */
export const NOT_CALLED = Symbol('not called');

/**
 * Calls code of the application because something has happened. What that causes, also later, must not cause the next call:
 * a sink that sends a statement for each statement would never end.
 *
 * @returns {@link NOT_CALLED} if such code is what has caused it
 */
export function callOnce<T>(call: () => T): T | typeof NOT_CALLED {
  if (causes?.getStore() === true) return NOT_CALLED;
  return (causes ??= new AsyncLocalStorage()).run(true, call);
}
