import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Body, Controller, Get, Headers, Param, Post, Query, Req, type Type } from '@nestjs/common';
import { z } from 'zod';
import { AppModule, type AppModuleOptions } from '../../../src/app.module';
import type { Principal } from '../../../src/application/shared/principal';
import { CurrentPrincipal, principalOf } from '../../../src/infrastructure/auth/request-principal';
import { RequestHeader } from '../../../src/infrastructure/http/request-header.decorator';
import { aConfiguration } from '../../support/configuration';
import { controllersOf } from '../../support/controllers';

const SRC = resolve(__dirname, '../../../src');

// What Nest keeps of parameters, under names that it does not export.
const ROUTE_ARGUMENTS = '__routeArguments__';
const CUSTOM = '__customRouteArgs__';
const RESPONSE = 1;
const validated: Readonly<Record<number, string>> = { 3: 'body', 4: 'query', 5: 'path' };

interface Parameter {
  readonly data?: unknown;
  readonly schema?: z.ZodType;
  /** Of a custom decorator. */
  readonly factory?: unknown;
}

/** What is wrong with the parameters of a controller's methods, one line per mistake. */
function mistakesIn(controller: Type): string[] {
  return Object.getOwnPropertyNames(controller.prototype).flatMap((method) => {
    const parameters = Reflect.getMetadata(ROUTE_ARGUMENTS, controller, method) as
      Record<string, Parameter> | undefined;
    return Object.entries(parameters ?? {}).flatMap(([key, parameter]) =>
      mistakesOf(key, parameter).map((mistake) => `${controller.name}.${method}: ${mistake}`),
    );
  });
}

function mistakesOf(key: string, { data, schema, factory }: Parameter): string[] {
  const type = Number(key.split(':')[0]);
  const isCustom = key.includes(CUSTOM);
  if (type === RESPONSE || factory === principalOf) return [];
  const place = isCustom ? 'header' : validated[type];
  if (!place) return [`the parameter ${key} passes no validation`];
  const name = typeof data === 'string' ? `${place} ${data}` : place;
  if (!schema) return [`${name} has no schema`];
  return laxPartsOf(z.toJSONSchema(schema, { io: 'input' })).map(
    (part) => `${name} is not strict at ${part || 'the top'}`,
  );
}

/** Where a schema accepts unknown fields or any value. */
function laxPartsOf(schema: unknown, at = ''): string[] {
  const node = schema as Record<string, any>;
  const lax: string[] = [];
  const variants = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (node[word] as unknown[] | undefined) ?? []);
  const isConstrained = variants.length > 0 || ['type', 'enum', 'const', '$ref'].some((word) => word in node);
  const isOpenObject = node.type === 'object' && node.additionalProperties !== false;
  if (!isConstrained || isOpenObject) lax.push(at);
  const parts: [string, unknown][] = [
    ...Object.entries<unknown>(node.properties ?? {}).map(([name, part]): [string, unknown] => [`${at}.${name}`, part]),
    ...Object.entries<unknown>(node.$defs ?? {}).map(([name, part]): [string, unknown] => [`${at}.${name}`, part]),
    ...variants.map((part): [string, unknown] => [at, part]),
    ...(node.type === 'array' ? [[`${at}[]`, node.items ?? {}] as [string, unknown]] : []),
  ];
  return [...lax, ...parts.flatMap(([place, part]) => laxPartsOf(part, place))];
}

describe('every parameter of every controller', () => {
  const options = { configuration: aConfiguration(), dataSource: {}, tokenVerifier: {}, lifecycle: {} };
  const controllers = controllersOf(AppModule.forRoot(options as unknown as AppModuleOptions));

  it('is checked: every controller in src is in a module of the application', () => {
    const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.controller\.ts$/.test(name),
    );
    const declared = sources.flatMap((name) => /export class (\w+)/.exec(readFileSync(join(SRC, name), 'utf8'))![1]!);
    expect(controllers.map(({ name }) => name).sort()).toEqual(declared.sort());
  });

  it('has a schema that accepts no unknown field at any level', () => {
    expect(controllers.flatMap(mistakesIn)).toEqual([]);
  });
});

describe('a controller', () => {
  it('is reported if a parameter has no schema', () => {
    @Controller()
    class Careless {
      @Post(':id')
      post(
        @Body() _body: unknown,
        @Query() _query: unknown,
        @Param('id') _id: string,
        @RequestHeader('x-trace') _header: string,
        @CurrentPrincipal() _principal: Principal,
      ) {}
    }
    expect(mistakesIn(Careless).sort()).toEqual([
      'Careless.post: body has no schema',
      'Careless.post: header x-trace has no schema',
      'Careless.post: path id has no schema',
      'Careless.post: query has no schema',
    ]);
  });

  it('is reported if it reads the request itself', () => {
    @Controller()
    class Nosy {
      @Get()
      get(@Req() _request: unknown, @Headers() _headers: unknown) {}
    }
    expect(mistakesIn(Nosy)).toHaveLength(2);
  });

  it.each([
    ['at its top', z.object({ sku: z.string() }), 'the top'],
    ['below', z.strictObject({ line: z.object({ sku: z.string() }) }), '.line'],
    ['in a list', z.strictObject({ lines: z.array(z.looseObject({})) }), '.lines[]'],
    ['in one of two', z.strictObject({ price: z.union([z.string(), z.object({})]) }), '.price'],
    ['when it may be missing', z.strictObject({ price: z.object({}).optional() }), '.price'],
    ['under a separate name', z.strictObject({ price: z.object({}).meta({ id: 'Lax' }) }), '.Lax'],
    ['by any names', z.record(z.string(), z.string()), 'the top'],
    ['as anything', z.strictObject({ extra: z.unknown() }), '.extra'],
  ])('is reported if a schema accepts unknown fields %s', (_, schema, place) => {
    @Controller()
    class Lax {
      @Post()
      post(@Body({ schema }) _body: unknown) {}
    }
    expect(mistakesIn(Lax)).toEqual([`Lax.post: body is not strict at ${place}`]);
  });
});
