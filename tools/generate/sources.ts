import { specifierFor } from '../edits/source';
import type { Names } from './names';

export interface Paths {
  readonly useCase: string;
  readonly port: string;
  readonly adapter: string;
  readonly controller: string;
  readonly schemas: string;
  readonly problems: string;
  readonly feature: string;
  readonly fake: string;
  readonly unitTest: string;
  readonly contractTest: string;
  readonly e2eTest: string;
}

/** The files of a use case, by path. */
export function sources(context: Names, useCase: Names, paths: Paths): Record<string, string> {
  const { pascal, camel, kebab, words } = useCase;
  return {
    [paths.port]: `import type { ResultAsync } from 'neverthrow';

export interface ${pascal}View {
  readonly id: string;
}

/** Port: what ${pascal} reads. */
export abstract class ${pascal}Port {
  abstract find(id: string): ResultAsync<${pascal}View | undefined, never>;
}
`,
    [paths.useCase]: `import { Injectable } from '@nestjs/common';
import { err, ok, type ResultAsync } from 'neverthrow';
import { ${pascal}Port, type ${pascal}View } from './${kebab}.port';

export interface ${pascal}Command {
  readonly id: string;
}

export type ${pascal}NotFound = { readonly kind: '${kebab}-not-found'; readonly id: string };
export type ${pascal}Error = ${pascal}NotFound;

@Injectable()
export class ${pascal} {
  constructor(private readonly port: ${pascal}Port) {}

  execute({ id }: ${pascal}Command): ResultAsync<${pascal}View, ${pascal}Error> {
    return this.port
      .find(id)
      .andThen((found) => (found ? ok(found) : err({ kind: '${kebab}-not-found' as const, id })));
  }
}
`,
    [paths.adapter]: `import { Injectable } from '@nestjs/common';
import { ResultAsync } from 'neverthrow';
import { DataSource } from 'typeorm';
import { ${pascal}Port, type ${pascal}View } from '${specifierFor(paths.adapter, paths.port)}';
import { toPortError } from '../driver-errors';

/** A placeholder for a table: every id exists but the nil UUID. */
const select = \`SELECT $1::uuid AS id WHERE $1::uuid <> '00000000-0000-0000-0000-000000000000'\`;

@Injectable()
export class Sql${pascal} extends ${pascal}Port {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  find(id: string): ResultAsync<${pascal}View | undefined, never> {
    const found = this.dataSource.query<${pascal}View[]>(select, [id]).then(
      ([row]) => row,
      (error: unknown) => {
        throw toPortError(error);
      },
    );
    return ResultAsync.fromSafePromise(found);
  }
}
`,
    [paths.schemas]: `import { z } from 'zod';

export const ${camel}IdSchema = z.uuid('must be a UUID').transform((id) => id.toLowerCase());
export const ${camel}ViewSchema = z.strictObject({ id: z.uuid() }).meta({ id: '${pascal}View' });
`,
    [paths.controller]: `import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { ${pascal}, type ${pascal}Error } from '${specifierFor(paths.controller, paths.useCase)}';
import type { ${pascal}View } from '${specifierFor(paths.controller, paths.port)}';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../api-problems';
import { Problems } from '../problem-table';
import { ${context.camel}Problems } from './${context.kebab}.problems';
import { ${camel}IdSchema, ${camel}ViewSchema } from './${kebab}.schemas';

@ApiTags('${context.kebab}')
@ApiBearerAuth()
@Problems(${context.camel}Problems)
@Controller('api/v1/${context.kebab}/${kebab}')
export class ${pascal}Controller {
  constructor(private readonly ${camel}: ${pascal}) {}

  @Post(':id')
  @HttpCode(200)
  @ApiOperation({ summary: '${words[0]!.toUpperCase()}${words.slice(1)}' })
  @ApiOkResponse({ standardSchema: ${camel}ViewSchema })
  @ApiProblems(${context.camel}Problems, ['${kebab}-not-found'], [413, 414, 415])
  handle(@Param('id', { schema: ${camel}IdSchema }) id: string): ResultAsync<${pascal}View, ${pascal}Error> {
    return this.${camel}.execute({ id });
  }
}
`,
  };
}
