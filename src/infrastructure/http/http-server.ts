import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Configuration } from '../config/configuration';
import type { Lifecycle } from '../system/lifecycle';
import { requestIdOf, runInRequestContext, traceIdOf } from '../observability/request-context';
import { AllowedMethods } from './allowed-methods';
import { httpProblem } from './http-problems';
import { isDocsRoute } from './open-api';
import { readJsonBodies } from './json-body';
import { ProblemError } from './problem';
import { ResultAdapter } from './result.adapter';
import { dataHeaders } from './security-headers';
import { sendProblem } from './send-problem';
import { refuseOverload } from './overload/overload';
import { RefusedRequests } from '../observability/refused-requests';
import { RequestMetrics } from '../observability/request-metrics';
import { isManagementRoute } from './management-routes';
import { rejectUnparsableRequest } from './unparsable-request';

/** How often Node checks for requests that exceed their timeout. Its default, 30 s, is longer than the timeout itself. */
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;

export function createFastifyAdapter(http: Configuration['http']): FastifyAdapter {
  return new ResultAdapter({
    bodyLimit: http.bodyLimitBytes,
    requestTimeout: http.requestTimeoutMs,
    trustProxy: http.trustProxy.length > 0 ? [...http.trustProxy] : false,
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    requestIdHeader: false,
    // Until the listener is closed, connected clients are served; `Connection: close` asks them to leave.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    http: {
      headersTimeout: http.requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      // Node would reject a request without a Host header with an empty response; a hook rejects it with a problem.
      requireHostHeader: false,
    },
    clientErrorHandler: rejectUnparsableRequest,
    frameworkErrors: (error: { statusCode?: number }, _request: unknown, reply: unknown) => {
      // Fastify has run no hook.
      void sendProblem((reply as FastifyReply).headers(dataHeaders()), httpProblem(error.statusCode ?? 400));
    },
  });
}

/** Adds security headers, the request id, the request context and draining to every response of the application. */
export async function configureHttp(
  app: NestFastifyApplication,
  http: Configuration['http'],
  lifecycle: Lifecycle,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  // Bodies that are not JSON are rejected with 415; Fastify would accept plain text too.
  fastify.removeContentTypeParser('text/plain');
  readJsonBodies(fastify);
  app.get(AllowedMethods).watch(fastify);
  app.get(RequestMetrics).watch(fastify, (route = '') => isManagementRoute(route) || isDocsRoute(route));
  const headers = dataHeaders();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    void reply.header('x-request-id', request.id);
    if (lifecycle.isStopping) void reply.header('connection', 'close');
    const mistake = mistakeInHead(request.raw);
    done(mistake === undefined ? undefined : new ProblemError({ ...httpProblem(400), detail: mistake }));
  });
  // A server may ignore an unknown expectation (RFC 9110, 10.1.1). Node would respond with an empty 417.
  fastify.server.on('checkExpectation', (request, response) => fastify.routing(request, response));
  // Without a listener, Node closes the connection without a response.
  fastify.server.on('connect', (_request, socket) => rejectUnparsableRequest(new Error('CONNECT'), socket as Socket));
  refuseOverload(fastify, http, app.get(RefusedRequests), { hasCors: http.corsOrigins.length > 0 });
  // In the last hook before the handler, because reading the body loses the async context.
  fastify.addHook('preHandler', (request, _reply, done) => {
    runInRequestContext({ requestId: request.id, traceId: traceIdOf(request.headers) }, done);
  });
  if (http.corsOrigins.length > 0) {
    app.enableCors({
      origin: [...http.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id', 'traceparent'],
      exposedHeaders: ['location', 'idempotent-replayed', 'retry-after', 'x-request-id'],
    });
  }
}

/** A name or an address, with or without a port. */
const HOST = /^(?:[\w.~%!$&'()*+,;=-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/** A request has each of them once at most. Node takes the first of several; a proxy may have checked another one. */
const SINGLE_HEADERS = ['host', 'authorization', 'content-type'];

/** No change may be made whose precondition is false (RFC 9110, 13.1), and there are no entity tags to compare. */
const PRECONDITIONS = ['if-match', 'if-none-match', 'if-unmodified-since'];
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What makes the head of a request ambiguous or impossible to obey, as a sentence. HTTP/1.1 requires exactly one Host header, and a valid one
 * (RFC 9112, 3.2); other codings than chunks would be taken for the content (6.1).
 */
function mistakeInHead({ method = '', httpVersion, headers, rawHeaders }: IncomingMessage): string | undefined {
  const { host, 'transfer-encoding': coding } = headers;
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const index = SINGLE_HEADERS.findIndex((single) => single.length === name.length && single === name.toLowerCase());
    if (index < 0) continue;
    if (found & (1 << index)) return 'The request has one of the headers Host, Authorization and Content-Type twice.';
    found |= 1 << index;
  }
  if (host === undefined ? httpVersion === '1.1' : !HOST.test(host)) return 'The request has no valid Host header.';
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return 'The only transfer coding is chunked.';
  if (!READING.has(method) && PRECONDITIONS.some((name) => headers[name] !== undefined)) {
    return 'A change cannot have a precondition in its headers: send the version that you have read in the body.';
  }
  return undefined;
}
