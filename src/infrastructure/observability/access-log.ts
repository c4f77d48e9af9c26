import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { traceIdOf } from './request-context';

const probes = /^\/(?:health|metrics)\b/;

/**
 * Writes one line per response. The query string is left out, as it may hold personal data. Probes and scrapes are logged at
 * `debug`, unless they fail. (nestjs-pino would cost more than 20 % of a read: ADR-018.)
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const level = statusCode >= 500 ? 'error' : probes.test(request.url) ? 'debug' : 'info';
    if (logger.isLevelEnabled(level)) {
      logger[level](
        {
          requestId: request.id,
          traceId: traceIdOf(request.headers),
          method: request.method,
          path: request.url.split('?', 1)[0],
          status: statusCode,
          duration_ms: Math.round(reply.elapsedTime * 1_000) / 1_000,
        },
        'request completed',
      );
    }
    done();
  });
}
