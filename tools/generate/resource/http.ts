import type { Field } from './field';
import type { Resource } from './paths';
import { capital, hasMoney, importOf, isMoney, lines } from './text';

const HTTP = 'src/infrastructure/http';
const AUTH = 'src/infrastructure/auth';
const SHARED = 'src/application/shared';

export function httpSources(resource: Resource): Record<string, string> {
  return {
    [resource.paths.schemas]: schemasSource(resource),
    [resource.paths.controller]: controllerSource(resource),
  };
}

/** A JSON object of the first or the second value of each field. */
export const body = (fields: readonly Field[], which: 0 | 1): string =>
  fields.map(({ name, values }) => `${name}: ${values[which].json}`).join(', ');

function schemasSource({ names, fields, paths }: Resource): string {
  const { one, many } = names;
  const path = paths.schemas;
  const used = (schema: string): string | undefined =>
    fields.some(({ schemas }) => schemas.request.startsWith(schema)) ? schema : undefined;
  const member = (of: 'request' | 'response') => (field: Field) =>
    `${field.name}: ${field.schemas[of]}${field.optional ? '.optional()' : ''},`;
  const limits = fields.some(({ maxLength }) => maxLength !== undefined) && `${one.camel}Lengths`;
  return `import { z } from 'zod';
${importOf(path, paths.aggregate, limits, ...fields.map(({ enumeration }) => enumeration?.constant))}${importOf(path, `${HTTP}/money.schemas.ts`, used('priceSchema'), fields.some(isMoney) && 'moneySchema')}${importOf(path, `${HTTP}/page.schemas.ts`, 'cursorExample', 'cursorSchema', 'limitSchema', 'nextCursorSchema')}${importOf(path, `${HTTP}/value.schemas.ts`, 'uuidSchema', used('textSchema'), used('timestampSchema'), 'versionSchema')}
/** The shapes of requests and responses. Which values are allowed is decided by the domain. */
export const ${one.camel}IdSchema = uuidSchema;

export const list${many.pascal}Schema = z.strictObject({ cursor: cursorSchema, limit: limitSchema });
export type List${many.pascal}Request = z.output<typeof list${many.pascal}Schema>;

const details = {
${lines(fields, member('request'))}
};

export const create${one.pascal}Schema = z
  .strictObject(details)
  .meta({ id: 'Create${one.pascal}', example: { ${body(fields, 0)} } });
export type Create${one.pascal}Request = z.output<typeof create${one.pascal}Schema>;

export const update${one.pascal}Schema = z
  .strictObject({ ...details, version: versionSchema })
  .meta({ id: 'Update${one.pascal}', example: { ${body(fields, 1)}, version: 1 } });
export type Update${one.pascal}Request = z.output<typeof update${one.pascal}Schema>;

const storedExample = { id: '0198c0de-0000-7000-8000-000000000001', ${body(fields, 0)}, version: 1 };

export const ${one.camel}Schema = z
  .strictObject({
    id: z.uuid(),
${lines(fields, member('response'))}
    version: z.int(),
  })
  .meta({ id: '${one.pascal}', example: storedExample });

export const ${one.camel}PageSchema = z
  .strictObject({ items: z.array(${one.camel}Schema), nextCursor: nextCursorSchema })
  .meta({ id: '${one.pascal}Page', example: { items: [storedExample], nextCursor: cursorExample } });
`;
}

function controllerSource({ names, fields, paths, contextPaths }: Resource): string {
  const { context, one, many, aThing, scope } = names;
  const path = paths.controller;
  const table = `${context.camel}Problems`;
  const money = hasMoney(fields) ? `'invalid-amount', 'invalid-currency', ` : '';
  const notFound = `'${one.kebab}-not-found'`;
  const useCase = (file: string, name: string) => importOf(path, file, name, `type ${name}Error`);
  const keyHeader = (schema: string, type: string) =>
    `@RequestHeader('idempotency-key', { schema: ${schema} }) idempotencyKey: ${type},`;
  return `import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ResultAsync } from 'neverthrow';
${useCase(paths.create, `Create${one.pascal}`)}${useCase(paths.get, `Get${one.pascal}`)}${useCase(paths.list, `List${many.pascal}`)}${importOf(path, paths.view, `type ${one.pascal}View`)}${useCase(paths.remove, `Remove${one.pascal}`)}${useCase(paths.update, `Update${one.pascal}`)}${importOf(path, `${SHARED}/page.ts`, 'type Page')}${importOf(path, `${SHARED}/principal.ts`, 'type Principal')}${importOf(path, `${AUTH}/auth.decorators.ts`, 'RequireScope')}${importOf(path, `${AUTH}/request-principal.ts`, 'CurrentPrincipal')}${importOf(path, `${HTTP}/api-problems.ts`, 'ApiProblems')}${importOf(path, `${HTTP}/idempotency-key.ts`, 'ApiIdempotencyKey', 'idempotencyKeySchema', 'markReplayed', 'optionalIdempotencyKeySchema')}${importOf(path, `${HTTP}/problem-table.ts`, 'Problems')}${importOf(path, `${HTTP}/request-header.decorator.ts`, 'RequestHeader')}${importOf(path, contextPaths.problems, table)}${importOf(path, contextPaths.scopes, scope)}${importOf(
    path,
    paths.schemas,
    ...['create', 'list', 'update'].map((verb) => `${verb}${verb === 'list' ? many.pascal : one.pascal}Schema`),
    ...[`${one.camel}IdSchema`, `${one.camel}PageSchema`, `${one.camel}Schema`],
    ...[`type Create${one.pascal}Request`, `type List${many.pascal}Request`, `type Update${one.pascal}Request`],
  )}
@ApiTags('${many.kebab}')
@ApiBearerAuth()
@Problems(${table})
@Controller('api/v1/${many.kebab}')
export class ${many.pascal}Controller {
  constructor(
    private readonly create${one.pascal}: Create${one.pascal},
    private readonly get${one.pascal}: Get${one.pascal},
    private readonly list${many.pascal}: List${many.pascal},
    private readonly update${one.pascal}: Update${one.pascal},
    private readonly remove${one.pascal}: Remove${one.pascal},
  ) {}

  @Post()
  @RequireScope(${scope})
  @ApiOperation({ summary: 'Create ${aThing}' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({
    standardSchema: ${one.camel}Schema,
    description: 'The ${one.words}; with \`Idempotent-Replayed: true\` if an earlier request with this key created it',
  })
  @ApiProblems(${table}, [${money}${notFound}, 'idempotency-key-reused'], [403, 413, 415])
  create(
    @CurrentPrincipal() { subject }: Principal,
    ${keyHeader('idempotencyKeySchema', 'string')}
    @Body({ schema: create${one.pascal}Schema }) details: Create${one.pascal}Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<${one.pascal}View, Create${one.pascal}Error> {
    return this.create${one.pascal}
      .execute({ customerId: subject, idempotencyKey, details })
      .map(({ ${one.camel}, repeated }) => {
        void reply.header('location', \`/api/v1/${many.kebab}/\${${one.camel}.id}\`);
        markReplayed(reply, repeated);
        return ${one.camel};
      });
  }

  @Get()
  @ApiOperation({ summary: 'List ${many.words}, newest first' })
  @ApiOkResponse({ standardSchema: ${one.camel}PageSchema })
  @ApiProblems(${table}, ['invalid-cursor'])
  list(
    @Query({ schema: list${many.pascal}Schema }) query: List${many.pascal}Request,
  ): ResultAsync<Page<${one.pascal}View>, List${many.pascal}Error> {
    return this.list${many.pascal}.execute(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get ${aThing}' })
  @ApiOkResponse({ standardSchema: ${one.camel}Schema })
  @ApiProblems(${table}, [${notFound}], [414])
  get(@Param('id', { schema: ${one.camel}IdSchema }) id: string): ResultAsync<${one.pascal}View, Get${one.pascal}Error> {
    return this.get${one.pascal}.execute({ id });
  }

  @Put(':id')
  @RequireScope(${scope})
  @ApiOperation({ summary: 'Replace the details of ${aThing}' })
  @ApiIdempotencyKey({ required: false })
  @ApiOkResponse({ standardSchema: ${one.camel}Schema })
  @ApiProblems(${table}, [${money}${notFound}, 'stale-version', 'idempotency-key-reused'], [403, 413, 414, 415])
  update(
    @CurrentPrincipal() { subject }: Principal,
    ${keyHeader('optionalIdempotencyKeySchema', 'string | undefined')}
    @Param('id', { schema: ${one.camel}IdSchema }) id: string,
    @Body({ schema: update${one.pascal}Schema }) { version, ...details }: Update${one.pascal}Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<${one.pascal}View, Update${one.pascal}Error> {
    return this.update${one.pascal}
      .execute({ customerId: subject, idempotencyKey, id, version, details })
      .map(({ ${one.camel}, repeated }) => {
        markReplayed(reply, repeated);
        return ${one.camel};
      });
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope(${scope})
  @ApiOperation({ summary: 'Remove ${aThing}' })
  @ApiNoContentResponse({ description: '${capital(one.words)} removed' })
  @ApiProblems(${table}, [${notFound}, 'stale-version'], [403, 413, 414, 415])
  remove(@Param('id', { schema: ${one.camel}IdSchema }) id: string): ResultAsync<void, Remove${one.pascal}Error> {
    return this.remove${one.pascal}.execute({ id });
  }
}
`;
}
