import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface RequestContext {
  readonly requestId: string;
  /** Of the W3C `traceparent`, when the caller sent one. */
  readonly traceId?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

export const runInRequestContext = (context: RequestContext, work: () => void): void => contexts.run(context, work);

/** The request that the running code works for, if it works for one. */
export const currentRequestContext = (): RequestContext | undefined => contexts.getStore();

const acceptableId = /^[\w.:-]{1,128}$/;
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/;

/** The caller's `x-request-id` when it can stand in a log line as it is, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptableId.test(given) ? given : randomUUID();
}

export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers.traceparent;
  return typeof given === 'string' ? traceparent.exec(given)?.[1] : undefined;
}
