import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { SERVICE_NAME } from '../config/service-name';
import { problemSchema } from './api-problems';
import { outcomeUnknown } from './http-problems';
import { pageHeaders } from './security-headers';

const PAGE = '/docs';

/** The page and its files. */
export const isDocsRoute = (route: string): boolean => route === PAGE || route.startsWith(`${PAGE}/`);

export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setTitle(SERVICE_NAME)
    .setDescription('Errors are `application/problem+json` (RFC 9457).')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, options);
  documentUnknownOutcomes(document);
  // Registered by name, because the responses refer to it.
  const problem = z.toJSONSchema(problemSchema, { io: 'output' }).$defs?.Problem;
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as never },
  };
  return document;
}

/** Every operation that changes something can lose the response to its commit. */
function documentUnknownOutcomes({ paths }: OpenAPIObject): void {
  for (const item of Object.values(paths)) {
    for (const operation of [item.post, item.put, item.patch, item.delete]) {
      const response = operation?.responses[outcomeUnknown.status];
      if (response && 'description' in response) response.description += `, ${outcomeUnknown.code}`;
    }
  }
}

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
