import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { isManagementRoute } from './management-routes';

interface Route {
  readonly pattern: RegExp;
  readonly method: string;
}

/** The methods that a path has, for a request whose method it has not. */
@Injectable()
export class AllowedMethods {
  private readonly routes: Route[] = [];

  /** Call it before the routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      // They may belong to another listener.
      if (isManagementRoute(url)) return;
      const pattern = patternOf(url);
      for (const name of [method].flat()) this.routes.push({ pattern, method: name });
    });
  }

  /** Of a path as it was sent, without the query; empty if no route has it. */
  at(path: string): readonly string[] {
    return [...new Set(this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
  }
}

function patternOf(route: string): RegExp {
  const parts = route.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/\W/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
