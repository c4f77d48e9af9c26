import type { FastifyInstance, FastifyReply } from 'fastify';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { isManagementRoute } from '../management-routes';
import { leaveOutOfLog } from '../../observability/access-log';
import type { RefusedRequests } from '../../observability/refused-requests';
import { requestIdOf } from '../../observability/request-context';
import { httpProblem } from '../http-problems';
import { PROBLEM_MEDIA_TYPE, toProblem } from '../problem';
import { dataHeaders } from '../security-headers';
import { sendProblem } from '../send-problem';
import { Admission, type AdmissionLimits } from './admission';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Refuses what the process cannot take on, with 503 and `Retry-After`. Most are refused before anything else is done with
 * them: before Fastify routes them, their body is read and their token verified. Health checks and metrics are never refused.
 */
export function refuseOverload(
  fastify: FastifyInstance,
  limits: AdmissionLimits,
  refused: RefusedRequests,
  options: { readonly hasCors: boolean },
): void {
  const admission = new Admission(limits);
  fastify.addHook('onListen', (done) => {
    admission.start();
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    admission.stop();
    done();
  });
  refuseBeforeRouting(fastify, admission, refused, options);
  // Bodies arrive later than the decision above, in any number.
  fastify.addHook('preHandler', (request, reply, done) => {
    if (isManagementRoute(request.routeOptions.url)) return done();
    const reason = admission.refusal;
    if (reason) {
      refused.count(reason);
      leaveOutOfLog(request);
      void sendProblem(reply, httpProblem(503));
      return;
    }
    admission.begin(reply.raw);
    done();
  });
  fastify.addHook('onSend', (_request, reply: FastifyReply, payload, done) => {
    admission.end(reply.raw);
    done(null, payload);
  });
}

function refuseBeforeRouting(
  { server }: FastifyInstance,
  admission: Admission,
  refused: RefusedRequests,
  { hasCors }: { readonly hasCors: boolean },
): void {
  const refuse = refusalWriter();
  const handlers = server.listeners('request') as Handle[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const reason = admission.refusal;
    // A browser shows a refusal to its page only with the headers that are added after routing.
    if (!reason || isManagementRoute(request.url) || (hasCors && request.headers.origin !== undefined)) {
      for (const handle of handlers) handle.call(server, request, response);
      return;
    }
    refused.count(reason);
    refuse(request, response);
  });
}

function refusalWriter(): Handle {
  const sketch = httpProblem(503);
  const { status, headers } = sketch;
  const constant = { ...dataHeaders(), ...headers, 'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8` };
  const flat = Object.entries(constant).flat();
  return (request, response) => {
    const body = JSON.stringify(toProblem(sketch, request.url!.split('?', 1)[0]!));
    const length = String(Buffer.byteLength(body));
    response.writeHead(status, STATUS_CODES[status], [
      ...flat,
      'x-request-id',
      requestIdOf(request.headers),
      'content-length',
      length,
    ]);
    response.end(body);
  };
}
