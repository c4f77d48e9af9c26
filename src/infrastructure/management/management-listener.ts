import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { httpProblem } from '../http/http-problems';
import { isManagementRoute } from '../http/management-routes';
import { ProblemError } from '../http/problem';
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
    fastify.addHook('onRequest', (request, _reply, done) => {
      const isHere = this.arrivedHere.has(request.raw);
      // By the route, not by the URL: a URL can be written in many ways. What has no route has one with another method, maybe.
      const exists = request.is404 ? !isHere : isManagementRoute(request.routeOptions.url) === isHere;
      done(exists ? undefined : new ProblemError(httpProblem(404)));
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
