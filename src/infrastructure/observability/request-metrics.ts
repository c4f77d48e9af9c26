import type { Provider } from '@nestjs/common';
import { getToken, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { onRequestEnd } from './request-end';

const DURATION = 'http_request_duration_seconds';
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Series that exist from the start: `rate()` does not see the increase of one that appears with the value 1. */
const CLASSES = ['2xx', '4xx', '5xx'] as const;
/** What no route matches, whose number would be that of the paths that clients think of. */
const NO_ROUTE = '(no route)';
const OTHER_METHOD = 'other';

type Labels = 'method' | 'route' | 'status_class';

/** Times requests by route template, so that the number of series depends on the routes and not on the clients. */
export class RequestMetrics {
  constructor(private readonly histogram: Histogram<Labels>) {}

  /**
   * Call it before the routes are registered.
   *
   * @param isLeftOut whether the requests of a route are not counted
   */
  watch(fastify: FastifyInstance, isLeftOut: (route: string | undefined) => boolean): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      if (isLeftOut(url)) return;
      // HEAD comes with each GET, and OPTIONS with each of CORS.
      for (const name of [method].flat()) if (name !== 'HEAD' && name !== 'OPTIONS') this.addRoute(name, url);
    });
    onRequestEnd(fastify, (request, reply, status) => {
      const route = request.routeOptions.url;
      if (!isLeftOut(route)) this.observe(request, route, status, reply.elapsedTime);
    });
  }

  private addRoute(method: string, route: string): void {
    for (const status_class of CLASSES) this.histogram.zero({ method, route, status_class });
  }

  private observe({ method }: FastifyRequest, route: string | undefined, status: number, elapsedMs: number): void {
    const place = route === undefined ? { method: OTHER_METHOD, route: NO_ROUTE } : { method, route };
    this.histogram.observe({ ...place, status_class: `${Math.floor(status / 100)}xx` }, elapsedMs / 1000);
  }
}

export const requestMetricsProviders: Provider[] = [
  makeHistogramProvider({
    name: DURATION,
    help: 'Time from the headers of a request to the end of its response, or until its client left.',
    labelNames: ['method', 'route', 'status_class'],
    buckets: BUCKETS,
  }),
  {
    provide: RequestMetrics,
    inject: [getToken(DURATION)],
    useFactory: (histogram: Histogram<Labels>) => new RequestMetrics(histogram),
  },
];
