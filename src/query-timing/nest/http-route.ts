/** What is read of the requests and responses of Express, Fastify and Node. */
export interface HttpRequest {
  readonly method?: string;
  readonly id?: unknown;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  /** Fastify's: the request of Node. */
  readonly raw?: HttpRequest;
  readonly is404?: boolean;
  readonly routeOptions?: { readonly url?: string };
  /** Express': set as soon as a route matches. */
  readonly route?: { readonly path?: string | RegExp | readonly (string | RegExp)[] };
  readonly baseUrl?: string;
}

/** The method and the template of the route, never the path; `GET (no route)` if none matched. */
export function routeOf(request: HttpRequest): string {
  return `${request.method} ${templateOf(request) ?? '(no route)'}`;
}

function templateOf({ is404, routeOptions, route, baseUrl }: HttpRequest): string | undefined {
  if (routeOptions !== undefined) return is404 ? undefined : routeOptions.url;
  if (route?.path === undefined) return undefined;
  const path = [route.path].flat().join('|');
  if (!baseUrl) return path;
  // Where a router of Express is mounted is known as a path only. Nest's responses for unknown paths have one.
  return path.startsWith('*') ? undefined : `*${path}`;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The id that the framework or a logger gave to a request, or the caller if it is safe to log. */
export function requestIdOf({ id, headers }: HttpRequest): string | undefined {
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  const given = headers?.['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : undefined;
}
