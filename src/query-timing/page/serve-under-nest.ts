import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { QueryTiming } from '../query-timing';
import type { PageRequest, PageResponse } from './http';
import { createQueryTimingPage, type QueryTimingPage } from './handler';
import type { ResolvedPageOptions } from './page-options';

/** The request and the response of Express, which are those of Node, or of Fastify. */
type AdapterRequest = PageRequest | { readonly raw: PageRequest };
type AdapterResponse = PageResponse | { readonly raw: PageResponse; hijack(): unknown };

/**
 * Adds the route of the page to the HTTP server of an application, after its middleware and hooks, and beside its
 * controllers: guards and interceptors of Nest do not concern it. Undefined where nothing is served over HTTP.
 */
export function servePage(
  timings: readonly QueryTiming[],
  { httpAdapter }: HttpAdapterHost,
  config: ApplicationConfig,
  { path, globalPrefix, ...options }: ResolvedPageOptions,
): QueryTimingPage | undefined {
  // The adapter of Nest's application contexts has no routes, and no type.
  if (typeof httpAdapter?.getType !== 'function' || !httpAdapter.getType()) return undefined;
  const page = createQueryTimingPage(timings, options);
  const prefix = globalPrefix ? config.getGlobalPrefix() : '';
  const parts = `${prefix}/${path}`.split('/').filter(Boolean);
  httpAdapter.get(`/${parts.join('/')}`, (request: AdapterRequest, response: AdapterResponse) => {
    if ('hijack' in response) response.hijack();
    page('raw' in request ? request.raw : request, 'raw' in response ? response.raw : response);
  });
  return page;
}
