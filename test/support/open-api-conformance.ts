import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createOpenApiDocument } from '../../src/infrastructure/http/open-api-document';

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: any;
}

/** One operation of the document. */
export interface DocumentedOperation {
  /** `GET /api/v1/invoices/{id}` */
  readonly name: string;
  /** The class that handles it. */
  readonly controller: string;
  readonly parameters: readonly string[];
  readonly statuses: readonly number[];
  /** Of all its problems. */
  readonly codes: readonly string[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, any>>;
}

const DOCUMENT = 'openapi';
const pointer = (...segments: string[]): string =>
  `${DOCUMENT}#/${segments.map((segment) => encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

const parametersIn = (template: string): number => template.split('{').length;

/** Validates responses against the OpenAPI document. */
export class OpenApiConformance {
  private readonly ajv: Ajv2020;
  private readonly paths: readonly { readonly template: string; readonly pattern: RegExp }[];

  constructor(readonly document: OpenAPIObject) {
    // The keywords of OpenAPI that JSON Schema does not have; any other unknown keyword is a mistake.
    this.ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: [...Object.keys(document), 'example'] });
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

  get operations(): DocumentedOperation[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, Operation>).map(
        ([method, { operationId, parameters = [], responses }]) => ({
          name: `${method.toUpperCase()} ${path}`,
          controller: operationId.split('_')[0]!,
          parameters: parameters.map(({ name }) => name),
          statuses: Object.keys(responses).map(Number),
          codes: Object.keys(responses).flatMap((status) =>
            Number(status) < 400 ? [] : this.codesOf(responses[status]),
          ),
        }),
      ),
    );
  }

  /** The class that handles a request; undefined for a path that the document does not have. */
  controllerAt(method: string, path: string): string | undefined {
    return this.operationAt(method, path)?.operationId.split('_')[0];
  }

  /** How a response contradicts the document; undefined for a path that the document does not have. */
  violationOf({ method, path, status, contentType, body }: Exchange): string | undefined {
    const operation = this.operationAt(method, path);
    if (!operation) return undefined;
    const where = `${method} ${operation.template} responded with ${status}`;
    const documented = this.resolved(operation.responses[status]);
    if (!documented) return `${where}, which is not documented.`;
    if (contentType === null && !documented.content) return undefined;
    const mediaType = contentType?.split(';')[0] ?? 'nothing';
    if (!documented.content?.[mediaType]) return `${where} with ${mediaType}, which is not documented.`;
    const codes = this.codesOf(documented);
    if (status >= 400 && !codes.includes(String(body.code)))
      return `${where} with ${body.code}, not one of ${codes.join(', ')}.`;
    const shared = /^#\/components\/responses\/(\w+)$/.exec(String(operation.responses[status].$ref))?.[1];
    const at = shared ? ['components', 'responses', shared] : [...operation.at, 'responses', String(status)];
    const validate = this.compile(pointer(...at, 'content', mediaType, 'schema'));
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
    const key = method.toLowerCase();
    // `/invoices/export` also matches `/invoices/{id}`, and one of several templates may have the method.
    const matching = this.paths.filter(({ pattern, template }) => {
      const item = this.document.paths[template] as Record<string, Operation>;
      return pattern.test(path.split('?')[0]!) && item[key];
    });
    const [found] = matching.sort((one, other) => parametersIn(one.template) - parametersIn(other.template));
    if (!found) return undefined;
    const { operationId, responses } = (this.document.paths[found.template] as Record<string, Operation>)[key]!;
    return { template: found.template, at: ['paths', found.template, key], operationId, responses };
  }

  /** A response of an operation, or the one in the components that it refers to. */
  resolved(response: any): any {
    const name = /^#\/components\/responses\/(\w+)$/.exec(String(response?.$ref))?.[1];
    return name ? this.document.components?.responses?.[name] : response;
  }

  private codesOf(response: any): string[] {
    return String(this.resolved(response).description).split(', ');
  }

  /** Validates by the schema at this place of the document. */
  validatorAt(...segments: string[]): ValidateFunction {
    return this.compile(pointer(...segments));
  }

  private compile($ref: string): ValidateFunction {
    return this.ajv.getSchema($ref) ?? this.ajv.compile({ $ref });
  }
}
