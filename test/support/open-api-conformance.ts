import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createOpenApiDocument } from '../../src/infrastructure/http/open-api';

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: any;
}

const DOCUMENT = 'openapi';
const pointer = (...segments: string[]): string =>
  `${DOCUMENT}#/${segments.map((segment) => encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** Validates responses against the OpenAPI document. */
export class OpenApiConformance {
  private readonly ajv: Ajv2020;
  private readonly paths: readonly { readonly template: string; readonly pattern: RegExp }[];

  constructor(readonly document: OpenAPIObject) {
    // The keywords of OpenAPI that JSON Schema does not have; any other unknown keyword is a mistake.
    this.ajv = new Ajv2020({ strict: true, keywords: [...Object.keys(document), 'example'] });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: DOCUMENT, ...document });
    this.paths = Object.keys(document.paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
  }

  static of(app: NestFastifyApplication): OpenApiConformance {
    return new OpenApiConformance(createOpenApiDocument(app));
  }

  /** How a response contradicts the document; undefined for a path that the document does not have. */
  violationOf({ method, path, status, contentType, body }: Exchange): string | undefined {
    const operation = this.operationAt(method, path);
    if (!operation) return undefined;
    const where = `${method} ${operation.template} responded with ${status}`;
    const documented = operation.responses[status];
    if (!documented) return `${where}, which is not documented.`;
    if (contentType === null && !documented.content) return undefined;
    const mediaType = contentType?.split(';')[0] ?? 'nothing';
    if (!documented.content?.[mediaType]) return `${where} with ${mediaType}, which is not documented.`;
    const codes = String(documented.description).split(', ');
    if (status >= 400 && !codes.includes(String(body.code)))
      return `${where} with ${body.code}, not one of ${codes.join(', ')}.`;
    const validate = this.compile(
      pointer(...operation.at, 'responses', String(status), 'content', mediaType, 'schema'),
    );
    return validate(body)
      ? undefined
      : `${where} with a body of another shape: ${this.ajv.errorsText(validate.errors)}`;
  }

  /** The schema of an operation's request body. */
  requestBody(method: string, template: string): ValidateFunction {
    return this.compile(
      pointer('paths', template, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'),
    );
  }

  private operationAt(method: string, path: string) {
    const found = this.paths.find(({ pattern }) => pattern.test(path.split('?')[0]!));
    const item = found && (this.document.paths[found.template] as Record<string, { responses: Record<string, any> }>);
    const operation = item?.[method.toLowerCase()];
    if (!found || !operation) return undefined;
    return {
      template: found.template,
      at: ['paths', found.template, method.toLowerCase()],
      responses: operation.responses,
    };
  }

  private compile($ref: string): ValidateFunction {
    return this.ajv.getSchema($ref) ?? this.ajv.compile({ $ref });
  }
}
