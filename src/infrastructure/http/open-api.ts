import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SERVICE_NAME } from '../config/service-name';
import { problemSchema } from './api-problems';
import { loadSwagger } from './api-documentation';
import { httpProblem } from './http-problems';
import { sendProblem } from './problem.filter';
import { pageHeaders } from './security-headers';

export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const { DocumentBuilder, SwaggerModule } = loadSwagger();
  const options = new DocumentBuilder()
    .setTitle(SERVICE_NAME)
    .setDescription('Failures are `application/problem+json` (RFC 9457).')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, options);
  // Under its name, so that references from the document's root find it.
  const problem = z.toJSONSchema(problemSchema, { io: 'output' }).$defs?.Problem;
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as never },
  };
  return document;
}

/** The page at `/docs`, the document at `/docs/json`. Made, and what makes them loaded, when first asked for. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const headers = pageHeaders();
  let documentation: Promise<FastifyInstance> | undefined;
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const server = await (documentation ??= startDocumentation(app));
    reply.hijack();
    for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headers })) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    server.routing(request.raw, reply.raw);
  };
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/docs', serve);
  fastify.get('/docs/*', serve);
}

/** A server without a listener: one that listens already takes no more routes. */
async function startDocumentation(app: NestFastifyApplication): Promise<FastifyInstance> {
  const adapter = new FastifyAdapter();
  const fastify = adapter.getInstance();
  fastify.setNotFoundHandler((request, reply) => sendProblem(reply, request, httpProblem(404)));
  const elsewhere = Object.create(app, { getHttpAdapter: { value: () => adapter } }) as NestFastifyApplication;
  loadSwagger().SwaggerModule.setup('docs', elsewhere, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'docs/json',
    raw: ['json'],
  });
  await fastify.ready();
  return fastify;
}
