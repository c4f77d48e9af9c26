import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface RequestContext {
  readonly requestId: string;
  /** From the W3C `traceparent` header, if the caller sent one. */
  readonly traceId?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

export const runInRequestContext = (context: RequestContext, work: () => void): void => contexts.run(context, work);

/** The context of the request being handled, if any. */
export const currentRequestContext = (): RequestContext | undefined => contexts.getStore();

const acceptableId = /^[\w.:-]{1,128}$/;
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/;

/** The caller's `x-request-id` if it is safe to log, otherwise a new id. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptableId.test(given) ? given : randomUUID();
}

export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers.traceparent;
  return typeof given === 'string' ? traceparent.exec(given)?.[1] : undefined;
}
