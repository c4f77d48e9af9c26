import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { createOpenApiDocument } from './open-api-document';
import { pageHeaders } from './security-headers';

const PAGE = '/docs';

/** The page and its files. */
export const isDocsRoute = (route: string): boolean => route === PAGE || route.startsWith(`${PAGE}/`);

/**
 * Serves the page at `/docs` and the document at `/docs/json`. The document is created on the first request for it.
 * @param isReachedFromRoot whether `/` leads there, unless it has a handler
 */
export function serveOpenApi(app: NestFastifyApplication, isReachedFromRoot: boolean): void {
  SwaggerModule.setup(PAGE, app, () => createOpenApiDocument(app), { jsonDocumentUrl: `${PAGE}/json`, raw: ['json'] });
  const headers = pageHeaders();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isReachedFromRoot && request.is404 && request.url === '/') return void reply.redirect(PAGE);
    if (request.routeOptions.url?.startsWith(PAGE)) void reply.headers(headers);
    done();
  });
}
