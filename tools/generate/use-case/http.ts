import { capital, importOf, lines } from '../resource/text';
import { enumerationsOf } from './application';
import { exampleOf, hasInput, notFoundKind, shownBy, type UseCase } from './use-case';

const HTTP = 'src/infrastructure/http';

export const httpSources = (useCase: UseCase): Record<string, string> => ({
  [useCase.paths.schemas]: schemasSource(useCase),
  [useCase.paths.controller]: controllerSource(useCase),
});

/** `settleInvoiceIdSchema` */
const parameterSchema = ({ names }: UseCase, parameter: string): string => `${names.camel}${capital(parameter)}Schema`;

const hasBody = ({ body }: UseCase): boolean => body.length > 0;

function schemasSource(useCase: UseCase): string {
  const { names, address, body, paths } = useCase;
  const { camel, pascal } = names;
  const { schemas: path } = paths;
  const written = [
    ...address.parameters.map(({ isId }) => (isId ? 'uuidSchema' : 'textSchema(')),
    ...body.flatMap(({ schemas }) => [schemas.request, schemas.response]),
    ...shownBy(useCase).map(({ schema }) => schema),
  ];
  const used = (schema: string): string | undefined =>
    written.some((one) => one.startsWith(schema)) ? schema : undefined;
  const example = body.map(({ name, values }) => `${name}: ${values[0].json}`).join(', ');
  return `import { z } from 'zod';
${importOf(path, paths.useCase, ...enumerationsOf(body, 'constant'))}${importOf(path, `${HTTP}/money.schemas.ts`, used('priceSchema'), used('moneySchema'))}${importOf(path, `${HTTP}/value.schemas.ts`, used('textSchema'), used('timestampSchema'), used('uuidSchema'))}
${lines(address.parameters, ({ name, isId, example: value }) =>
  isId
    ? `export const ${parameterSchema(useCase, name)} = uuidSchema;`
    : `export const ${parameterSchema(useCase, name)} = textSchema(64).meta({ example: '${value}' });`,
)}
${
  hasBody(useCase)
    ? `
export const ${camel}Schema = z
  .strictObject({
${lines(body, ({ name, optional, schemas }) => `${name}: ${schemas.request}${optional ? '.optional()' : ''},`)}
  })
  .meta({ id: '${pascal}', example: { ${example} } });
export type ${pascal}Request = z.output<typeof ${camel}Schema>;
`
    : ''
}
export const ${camel}ViewSchema = z
  .strictObject({
${lines(shownBy(useCase), ({ name, schema }) => `${name.replace('?', '')}: ${schema},`)}
  })
  .meta({ id: '${pascal}View', example: ${exampleOf(useCase)} });
`;
}

function controllerSource(useCase: UseCase): string {
  const { type, context, names, address, paths } = useCase;
  const { camel, pascal, words } = names;
  const { controller: path } = paths;
  const table = `${context.camel}Problems`;
  const method = type === 'query' ? 'Get' : 'Post';
  const view = `${pascal}View`;
  const kinds = [notFoundKind(useCase), 'not-implemented'].filter((kind) => kind !== undefined);
  const statuses = [type === 'command' && 413, address.parameters.length > 0 && 414, type === 'command' && 415].filter(
    Boolean,
  );
  const members = [...address.parameters.map(({ name }) => name), ...(hasBody(useCase) ? ['...body'] : [])];
  return `${importOf(
    path,
    '@nestjs/common',
    'Controller',
    method,
    hasBody(useCase) && 'Body',
    type === 'command' && 'HttpCode',
    address.parameters.length > 0 && 'Param',
  )}import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ResultAsync } from 'neverthrow';
${importOf(path, paths.useCase, pascal, `type ${pascal}Error`, type === 'command' && `type ${view}`)}${importOf(path, paths.port, type === 'query' && `type ${view}`)}${importOf(path, `${HTTP}/api-problems.ts`, 'ApiProblems')}${importOf(path, `${HTTP}/problem-table.ts`, 'Problems')}${importOf(path, paths.problems, table)}${importOf(
    path,
    paths.schemas,
    ...address.parameters.map(({ name }) => parameterSchema(useCase, name)),
    `${camel}ViewSchema`,
    ...(hasBody(useCase) ? [`${camel}Schema`, `type ${pascal}Request`] : []),
  )}
@ApiTags('${address.base.split('/')[2]}')
@ApiBearerAuth()
@Problems(${table})
@Controller('${address.base}')
export class ${pascal}Controller {
  constructor(private readonly ${camel}: ${pascal}) {}

  @${method}(${address.rest && `'${address.rest}'`})${type === 'command' ? '\n  @HttpCode(200)' : ''}
  @ApiOperation({ summary: '${capital(words)}' })
  @ApiOkResponse({ standardSchema: ${camel}ViewSchema })
  @ApiProblems(${table}, [${kinds.map((kind) => `'${kind}'`).join(', ')}]${statuses.length > 0 ? `, [${statuses.join(', ')}]` : ''})
  handle(
${lines(address.parameters, ({ name }) => `@Param('${name}', { schema: ${parameterSchema(useCase, name)} }) ${name}: string,`)}
${hasBody(useCase) ? `@Body({ schema: ${camel}Schema }) body: ${pascal}Request,` : ''}
  ): ResultAsync<${view}, ${pascal}Error> {
    return this.${camel}.execute(${hasInput(useCase) ? `{ ${members.join(', ')} }` : ''});
  }
}
`;
}
