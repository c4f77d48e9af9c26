import { activeSpan } from '../model/active-span';
import type { QueryContext } from '../model/completed-query';
import { isThenable } from '../model/thenable';
import { requestContextOf, type RequestContext } from '../model/request-context';
import { Guard } from './guard';
import type { InternalFaults } from './internal-faults';

/**
 * Calls the option `context`. A query that it runs itself has no context: otherwise each would need another one. Where it
 * returns no trace id, that is the one of the active OpenTelemetry span.
 */
export function contextReader(
  context: (() => QueryContext | undefined) | undefined,
  faults: InternalFaults,
): () => RequestContext | undefined {
  return context === undefined ? () => traced(undefined) : givenContextReader(context, faults);
}

function givenContextReader(
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
    return traced(result);
  };
}

function traced(context: RequestContext | undefined): RequestContext | undefined {
  if (context?.traceId !== undefined) return context;
  const traceId = activeSpan()?.traceId;
  if (traceId === undefined) return context;
  return { requestId: undefined, fields: {}, omitted: 0, ...context, traceId };
}

function asynchronous(promise: PromiseLike<unknown>): TypeError {
  promise.then(undefined, () => undefined); // Otherwise its rejection would end the process.
  return new TypeError('The option context returned a promise');
}
