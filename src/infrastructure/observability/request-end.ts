import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** As nginx says it: the client closed the connection before the response began. */
const CLIENT_CLOSED_REQUEST = 499;

/** @param status of the response, or 499 */
type Listener = (request: FastifyRequest, reply: FastifyReply, status: number) => void;

const listeners = new WeakMap<FastifyInstance, Listener[]>();

/**
 * Calls the listener once for each request: when its response has been sent, or when the client has left. For the latter
 * Fastify has no hook that is called after the request was read, and so it would be neither logged nor counted.
 */
export function onRequestEnd(fastify: FastifyInstance, listener: Listener): void {
  const known = listeners.get(fastify);
  if (known) return void known.push(listener);
  const all = [listener];
  listeners.set(fastify, all);
  const end: Listener = (request, reply, status) => {
    for (const one of all) one(request, reply, status);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    const response = reply.raw;
    response.on('close', () => {
      if (response.writableFinished || response.errored) return;
      end(request, reply, response.headersSent ? reply.statusCode : CLIENT_CLOSED_REQUEST);
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    end(request, reply, reply.statusCode);
    done();
  });
}
