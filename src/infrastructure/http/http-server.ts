import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Configuration } from '../config/configuration';
import { decorateWithPrincipal } from '../auth/request-principal';
import type { Lifecycle } from '../system/lifecycle';
import { requestIdOf, runInRequestContext, traceIdOf } from '../observability/request-context';
import { httpProblem } from './http-problems';
import { ProblemError } from './problem';
import { ResultAdapter } from './result.adapter';
import { dataHeaders } from './security-headers';
import { sendProblem } from './send-problem';
import { answerUnparsableRequest } from './unparsable-request';

/** How often Node looks for connections whose request takes too long. Its default, 30 s, is most of the patience. */
const TIMEOUT_CHECKS_MS = 1_000;

export function createFastifyAdapter(http: Configuration['http']): FastifyAdapter {
  return new ResultAdapter({
    bodyLimit: http.bodyLimitBytes,
    requestTimeout: http.requestTimeoutMs,
    trustProxy: http.trustProxy.length > 0 ? [...http.trustProxy] : false,
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    requestIdHeader: false,
    // Until the listener is closed, who is connected is served: closing tells them by `Connection: close`.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    http: {
      headersTimeout: http.requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECKS_MS,
      // Node would refuse a request without a Host with an empty answer; a hook refuses it with a problem.
      requireHostHeader: false,
    },
    clientErrorHandler: answerUnparsableRequest,
    frameworkErrors: (error: { statusCode?: number }, _request: unknown, reply: unknown) => {
      void sendProblem(reply as FastifyReply, httpProblem(error.statusCode ?? 400));
    },
  });
}

/** Security headers, request identity and draining, for every answer of the application. */
export async function configureHttp(
  app: NestFastifyApplication,
  http: Configuration['http'],
  lifecycle: Lifecycle,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  decorateWithPrincipal(fastify);
  // Bodies are JSON or refused with 415; Fastify would take plain text too.
  fastify.removeContentTypeParser('text/plain');
  const headers = dataHeaders();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    void reply.header('x-request-id', request.id);
    if (lifecycle.isStopping) void reply.header('connection', 'close');
    done(lacksHost(request.raw) ? new ProblemError(httpProblem(400)) : undefined);
  });
  // Whoever does not know an expectation may ignore it (RFC 9110, 10.1.1). Node would answer with an empty 417.
  fastify.server.on('checkExpectation', (request, response) => fastify.routing(request, response));
  // As the last hook before the handler: reading a body leaves the context in which it was begun.
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

/** HTTP/1.1 asks for one (RFC 9112, 3.2). */
function lacksHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}
