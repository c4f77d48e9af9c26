import { AppModule } from '../../../src/app.module';
import { problemTableOf } from '../../../src/infrastructure/http/problem-table';
import { controllersOf } from '../../support/controllers';
import { RunningService } from '../../support/running-service';

const PROBLEM = 'application/problem+json';

/** What is documented of one operation, and where. */
interface Documented {
  readonly name: string;
  readonly at: readonly string[];
  readonly operation: any;
}

/** Holds for the operations of any feature. */
describe('in the API document', () => {
  let service: RunningService;
  let operations: readonly Documented[];
  beforeAll(async () => {
    service = await RunningService.start();
    operations = Object.entries(service.openApi.document.paths).flatMap(([path, item]) =>
      Object.entries(item as object).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        at: ['paths', path, method],
        operation: operation as unknown,
      })),
    );
  });
  afterAll(() => service.stop());

  /** A mistake per example that is missing, or that its schema does not accept. */
  function mistakeIn(what: string, example: unknown, ...schema: string[]): string[] {
    if (example === undefined) return [`${what} has no example`];
    if (JSON.stringify(example).includes('"string"')) return [`${what} has a placeholder`];
    const validate = service.openApi.validatorAt(...schema);
    return validate(example) ? [] : [`${what}: ${JSON.stringify(example)}: ${JSON.stringify(validate.errors)}`];
  }

  /** The example of a body: its own, or that of its schema, which may be a component. */
  function exampleOf({ example, schema }: any): unknown {
    const component = /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref))?.[1];
    const { schemas = {} } = service.openApi.document.components!;
    return example ?? (component ? (schemas[component] as { example?: unknown }).example : schema.example);
  }

  const responsesOf = ({ operation }: Documented): [number, any][] =>
    Object.entries(operation.responses as object).map(([status, response]) => [Number(status), response]);

  it('is said what it is, of which version, and how to get a token', () => {
    const { openapi, info, components } = service.openApi.document;
    expect(openapi).toBe('3.1.0');
    expect(info).toMatchObject({ title: expect.stringMatching(/^[A-Z].* API$/), version: '1.0.0' });
    const scheme = components!.securitySchemes!.bearer as { description: string };
    for (const text of [info.description, scheme.description]) expect(text).toContain('npm run -s token');
  });

  it('every parameter has an example that its schema accepts', () => {
    const mistakes = operations.flatMap(({ name, at, operation }) =>
      (operation.parameters ?? []).flatMap((parameter: any, index: number) =>
        mistakeIn(`${parameter.name} of ${name}`, parameter.example, ...at, 'parameters', String(index), 'schema'),
      ),
    );
    expect(mistakes).toEqual([]);
  });

  it('every body has an example that its schema accepts', () => {
    const mistakes = operations.flatMap(({ name, at, operation }) =>
      Object.entries((operation.requestBody?.content ?? {}) as object).flatMap(([type, media]) =>
        mistakeIn(`the body of ${name}`, exampleOf(media), ...at, 'requestBody', 'content', type, 'schema'),
      ),
    );
    expect(mistakes).toEqual([]);
  });

  it('every response to a success has an example that its schema accepts', () => {
    const mistakes = operations.flatMap((documented) =>
      responsesOf(documented)
        .filter(([status]) => status < 400)
        .flatMap(([status, { content = {} }]) =>
          Object.entries(content as object).flatMap(([type, media]) => {
            const place = [...documented.at, 'responses', String(status), 'content', type, 'schema'];
            return mistakeIn(`${status} of ${documented.name}`, exampleOf(media), ...place);
          }),
        ),
    );
    expect(mistakes).toEqual([]);
  });

  it('every problem has a real example, with all that its response has', () => {
    const tables = controllersOf(AppModule).map(problemTableOf);
    const seen = operations.flatMap((documented) =>
      responsesOf(documented)
        .filter(([status]) => status >= 400)
        .flatMap(([status, response]) => {
          const { description, content } = service.openApi.resolved(response);
          const codes = String(description).split(', ');
          const examples = content[PROBLEM].examples as Record<string, { value: any }>;
          expect({ of: documented.name, codes: Object.keys(examples) }).toEqual({ of: documented.name, codes });
          return codes.map((code) => ({ code, status, value: examples[code]!.value }));
        }),
    );
    for (const { code, status, value } of seen) {
      expect(value).toMatchObject({
        type: `urn:problem:${code}`,
        code,
        status,
        title: expect.stringMatching(/^[A-Z]/),
      });
      expect(mistakeIn(code, value, 'components', 'schemas', 'Problem')).toEqual([]);
      expect(JSON.stringify(value)).not.toMatch(/undefined|NaN|null/);
      expect(value.instance).toMatch(/^\/api\/v1\/[^{}]+$/);
      const { detail, extensions } = tables.find((table) => code in table)?.[code] ?? {};
      if (detail) expect(value).toMatchObject({ code, detail: expect.any(String) });
      if (extensions) expect(Object.keys(value as object).length).toBeGreaterThan(detail ? 6 : 5);
    }
  });

  it('responses with only problems of HTTP itself are described once', () => {
    const kinds = new Set(controllersOf(AppModule).flatMap((controller) => Object.keys(problemTableOf(controller))));
    const repeated = operations.flatMap((documented) =>
      responsesOf(documented)
        .filter(([status, { $ref }]) => status >= 400 && $ref === undefined)
        .filter(
          ([, { description }]) =>
            !String(description)
              .split(', ')
              .some((code) => kinds.has(code)),
        )
        .map(([status]) => `${status} of ${documented.name}`),
    );
    expect(repeated).toEqual([]);
  });

  it('no number has the limits of all numbers of JavaScript', () => {
    expect(JSON.stringify(service.openApi.document)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it('the examples of the parameters of what is read can be sent as they are', async () => {
    const rejected: string[] = [];
    for (const { name, operation } of operations.filter((one) => one.name.startsWith('GET '))) {
      const query = new URLSearchParams();
      let path = name.slice('GET '.length);
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, String(parameter.example));
        if (parameter.in === 'query') query.set(String(parameter.name), String(parameter.example));
      }
      const { status } = await service.request(`${path}?${query.toString()}`);
      if (status === 400) rejected.push(name);
    }
    expect(rejected).toEqual([]);
  });
});
