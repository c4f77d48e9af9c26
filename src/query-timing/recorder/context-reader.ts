import type { QueryContext } from '../model/completed-query';
import { isThenable } from '../model/thenable';
import { requestContextOf, type RequestContext } from '../model/request-context';
import { Guard } from './guard';
import type { InternalFaults } from './internal-faults';

/** Calls the option `context`. A query that it runs itself has no context: otherwise each would need another one. */
export function contextReader(
  context: () => QueryContext | undefined,
  faults: InternalFaults,
): () => RequestContext | undefined {
  const guard = new Guard('context', faults);
  let isReading = false;
  const read = () => {
    const value: unknown = context();
    if (typeof value !== 'object' || value === null) return undefined;
    if (isThenable(value)) throw asynchronous(value);
    return requestContextOf(value);
  };
  return () => {
    if (isReading) return undefined;
    isReading = true;
    const result = guard.run(read, undefined);
    isReading = false;
    return result;
  };
}

function asynchronous(promise: PromiseLike<unknown>): TypeError {
  promise.then(undefined, () => undefined); // Otherwise its rejection would end the process.
  return new TypeError('The option context returned a promise');
}
