import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { onRequestEnd } from './request-end';
import { traceIdOf } from './request-context';

const refusals = new WeakMap<object, string>();

/** Adds to the log line of a request why it was refused, where the response does not say it all. */
export function noteRefusal(request: FastifyRequest, reason: string): void {
  refusals.set(request.raw, reason);
}

const leftOut = new WeakSet<object>();

/** For requests that are counted in another line. */
export function leaveOutOfLog(request: FastifyRequest): void {
  leftOut.add(request.raw);
}

const probes = /^\/(?:health|metrics|query-timing)\b/;

/**
 * Writes one line per request. The query string is left out, as it may hold personal data. Probes, scrapes and the page of the query
 * timing are logged at `debug`, unless they fail. (nestjs-pino would cost more than 20 % of a read: ADR-018.)
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  onRequestEnd(fastify, (request, reply, status) => {
    const level = status >= 500 ? 'error' : probes.test(request.url) ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level) || leftOut.has(request.raw)) return;
    logger[level](
      {
        requestId: request.id,
        traceId: traceIdOf(request.headers),
        method: request.method,
        path: request.url.split('?', 1)[0],
        status,
        duration_ms: Math.round(reply.elapsedTime * 1_000) / 1_000,
        refusal: refusals.get(request.raw),
      },
      'request completed',
    );
  });
}
