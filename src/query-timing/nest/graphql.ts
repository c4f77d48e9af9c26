import type { HttpRequest } from './http-route';

/** What is read of the `info` of a resolver. */
interface ResolveInfo {
  readonly path?: { readonly prev?: unknown };
  readonly fieldName?: string;
  readonly operation?: { readonly operation?: string };
}

/** The context of the drivers of Nest: `{ req }` on Express, `{ req, reply }` or `{ request }` on Fastify. */
export function requestOfGraphql(context: unknown): HttpRequest | undefined {
  const { req, request } = (context ?? {}) as { req?: HttpRequest; request?: HttpRequest };
  return req ?? request;
}

/** The kind of an operation and its root field, such as `query articles`; undefined for a field of a field. */
export function operationOf(info: unknown): string | undefined {
  const { path, fieldName, operation } = (info ?? {}) as ResolveInfo;
  return path?.prev === undefined ? `${operation?.operation} ${fieldName}` : undefined;
}
