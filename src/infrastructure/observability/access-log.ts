import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { traceIdOf } from './request-context';

const probed = /^\/(?:health|metrics)\b/;

/**
 * One line an answer. Queries of addresses are left out: they may say more than a log should keep. Probes and scrapes
 * come all the time and are worth a line only when they fail.
 */
export function logAnswers(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const level = statusCode >= 500 ? 'error' : probed.test(request.url) ? 'debug' : 'info';
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
        'answered',
      );
    }
    done();
  });
}
