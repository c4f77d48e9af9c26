import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { QueryTiming } from '../query-timing';
import { Feed } from './feed';
import type { PageRequest, PageResponse } from './http';
import type * as Asset from './page-asset';
import { checkHandlerOptions, type PageAccess, type PageHandlerOptions } from './page-options';

const DEFAULT_MAX_WATCHERS = 20;

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * A handler for requests of the page, at any path: `handler(request, response)`.
 *
 * @publicApi
 */
export interface QueryTimingPage {
  (request: PageRequest, response: PageResponse): void;
  /** Ends the event streams, which would hold the end of the server. Later requests get a 503. */
  close(): void;
}

/**
 * Serves the live page of one or several query timings: one HTML page without any further file, and its events. Call
 * `close()` before the server is closed.
 *
 * @publicApi
 * @param timings of one DataSource or of several
 * @throws TypeError with every invalid option
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { installQueryTiming } from 'nestjs-query-timing/core';
 * import { createQueryTimingPage } from 'nestjs-query-timing/page';
 * import { DataSource } from 'typeorm';
 *
 * const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });
 * const page = createQueryTimingPage(installQueryTiming(dataSource));
 * const server = createServer(page).listen(3001, '127.0.0.1');
 *
 * export function stop(): void {
 *   page.close();
 *   server.close();
 * }
 * ```
 */
export function createQueryTimingPage(
  timings: QueryTiming | readonly QueryTiming[],
  options: PageHandlerOptions = {},
): QueryTimingPage {
  checkHandlerOptions(options);
  const { authorize, maxWatchers = DEFAULT_MAX_WATCHERS } = options;
  const views = [timings].flat().map((timing) => timing.view());
  const feed = new Feed(views, maxWatchers);
  let closed = false;

  const handler = (request: PageRequest, response: PageResponse): void => {
    const serve = async (): Promise<void> => {
      const status = await refusalOf(request, authorize);
      if (status !== undefined) return refuse(response, status);
      if (closed || response.destroyed) return refuse(response, 503);
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
      if (request.method === 'GET' && isStream(request)) return openStream(feed, response);
      return sendPage(request, response);
    };
    void serve().catch(() => (response.headersSent ? response.destroy() : refuse(response, 500)));
  };
  return Object.assign(handler, {
    close: () => {
      if (closed) return;
      closed = true;
      feed.end();
    },
  });
}

/** What the page asks for: the same path with `?events`. */
function isStream({ url = '' }: PageRequest): boolean {
  const query = url.indexOf('?');
  return query >= 0 && new URLSearchParams(url.slice(query)).has('events');
}

/** The status of a refusal. An `authorize` that fails refuses. */
async function refusalOf(
  request: PageRequest,
  authorize: PageHandlerOptions['authorize'],
): Promise<401 | 403 | undefined> {
  if (authorize === undefined) return undefined;
  try {
    const access: PageAccess = await authorize(request);
    return access === true ? undefined : access === 401 ? 401 : 403;
  } catch {
    return 403;
  }
}

function refuse(response: PageResponse, status: number): void {
  const asksForPassword = status === 401 && { 'www-authenticate': 'Basic realm="query timing", charset="UTF-8"' };
  const allows = status === 405 && { allow: 'GET, HEAD' };
  response.writeHead(status, { ...HEADERS, 'content-length': 0, ...asksForPassword, ...allows }).end();
}

function openStream(feed: Feed, response: PageResponse): void {
  if (feed.isFull) return refuse(response, 503);
  // Proxies must pass each event on as it comes.
  const unbuffered = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8', ...unbuffered });
  feed.watch(response);
}

async function sendPage(request: PageRequest, response: PageResponse): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded by the first request for it
  const { PAGE, POLICY } = require('./page-asset') as typeof Asset;
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  const body = zipped ? await promisify(gzip)(PAGE, { level: 9 }) : Buffer.from(PAGE);
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': POLICY,
    vary: 'accept-encoding',
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
