import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { SERVICE_NAME } from '../config/service-name';
import { problemSchema } from './api-problems';
import { addressExamples, examplesOfParameters, withoutLimitsOfNumbers } from './open-api-examples';
import { documentUnknownOutcomes, shareResponses, type Operation } from './open-api-responses';

const GET_A_TOKEN =
  'In development, `npm run -s token` prints a token: choose **Authorize** and paste it. Elsewhere, the issuer that ' +
  'AUTH_ISSUER names gives tokens.';

const DESCRIPTION = [
  `**Token.** Every operation needs a bearer token. ${GET_A_TOKEN}`,
  '**Errors** are `application/problem+json` (RFC 9457); programs branch on `code`.',
  '**Lists** have pages: `nextCursor` is the `cursor` of the next page.',
  '**Retries.** A change that is sent again with the same `Idempotency-Key` is made once.',
].join('\n\n');

/** `Payment service API` of `payment-service`. */
const titleOf = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1).replaceAll('-', ' ')} API`;

type StandardSchemaConverter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** OpenAPI 3.1. Its error responses have a real example of each problem. */
export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(titleOf(SERVICE_NAME))
    .setDescription(DESCRIPTION)
    .setVersion('1.0.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: GET_A_TOKEN })
    .build();
  const document = SwaggerModule.createDocument(app, options, { standardSchemaConverter: toJsonSchema });
  // Registered by name, because the responses refer to it.
  const problem = z.toJSONSchema(problemSchema, { io: 'output' }).$defs?.Problem;
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as never },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(operation, path, method);
    }
  }
  shareResponses(document);
  return withoutLimitsOfNumbers(document);
}

/** Adds to an operation what Nest does not know. */
function complete(operation: Operation, path: string, method: string): void {
  if (method !== 'get') documentUnknownOutcomes(operation);
  examplesOfParameters(operation);
  addressExamples(operation, path);
  for (const [status, response] of Object.entries(operation.responses))
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? '';
}

/** Nest converts for OpenAPI 3.0, whose schemas differ from JSON Schema: those of 3.1 do not. */
const toJsonSchema: StandardSchemaConverter = (schema, { schemaType }) => {
  const convert = (schema as Partial<z.ZodType>)['~standard']?.jsonSchema?.[schemaType];
  if (!convert) return undefined;
  const { $schema: _, $defs, ...own } = convert({ target: 'draft-2020-12' });
  return { schema: own, components: $defs as Record<string, unknown> };
};
