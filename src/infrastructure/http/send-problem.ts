import type { FastifyReply } from 'fastify';
import { PROBLEM_MEDIA_TYPE, toProblem, type ProblemSketch } from './problem';

export function sendProblem(reply: FastifyReply, sketch: ProblemSketch): FastifyReply {
  const { request } = reply;
  const path = request.url.split('?', 1)[0]!;
  return (
    reply
      .code(sketch.status)
      .headers(sketch.headers ?? {})
      // Fastify responds to some requests before any hook has run.
      .header('x-request-id', request.id)
      .header('content-type', `${PROBLEM_MEDIA_TYPE}; charset=utf-8`)
      // Serialised here: Nest and Fastify would choose a serializer by the route's success schema.
      .send(JSON.stringify(toProblem(sketch, path)))
  );
}
