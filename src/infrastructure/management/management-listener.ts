import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isManagementRoute } from '../http/management-routes';
import { rejectUnparsableRequest } from '../http/unparsable-request';

/**
 * A separate listener for metrics and health, which need not be reachable from outside. It belongs to the same application:
 * the listener that a request arrived at decides which routes exist for it.
 */
export class ManagementListener {
  private readonly server: Server;
  private readonly arrivedHere = new WeakSet<IncomingMessage>();

  constructor(fastify: FastifyInstance) {
    this.server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
      this.arrivedHere.add(request);
      fastify.routing(request, response);
    });
    this.server.on('clientError', rejectUnparsableRequest);
    fastify.addHook('onRequest', (request, reply, done) => {
      // By the route, not by the URL: a URL can be written in many ways.
      const { url } = request.routeOptions;
      if (request.is404 || isManagementRoute(url) === this.arrivedHere.has(request.raw)) done();
      else reply.callNotFound();
    });
  }

  /** @returns the port: the given one, or a free one for 0 */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
