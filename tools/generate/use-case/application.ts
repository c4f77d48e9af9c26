import type { Field } from '../resource/field';
import { importOf, isMoney, lines } from '../resource/text';
import { hasInput, inputMembers, notFoundKind, shownBy, type UseCase } from './use-case';

const MONEY_VIEW = 'src/application/shared/money.view.ts';

const notImplemented = (
  written: string,
): string => `/** Until ${written}: remove it then, also from the problems of the controller. */
export type NotImplemented = { readonly kind: 'not-implemented' };`;

export const applicationSources = (useCase: UseCase): Record<string, string> =>
  useCase.type === 'query' ? querySources(useCase) : commandSource(useCase);

/** The interface of what a client gets. */
const viewOf = (useCase: UseCase): string => `export interface ${useCase.names.pascal}View {
${lines(shownBy(useCase), ({ name, type }) => `readonly ${name}: ${type};`)}
}`;

function querySources(useCase: UseCase): Record<string, string> {
  const { names, thing, address, paths } = useCase;
  const { pascal } = names;
  const kind = notFoundKind(useCase);
  const query = `${pascal}Query`;
  const notFound = `${thing.pascal}NotFound`;
  return {
    [paths.port]: `import type { ResultAsync } from 'neverthrow';
${kind ? `\nexport interface ${query} {\n${inputMembers(useCase)}\n}\n` : ''}
${viewOf(useCase)}

${notImplemented('the adapter is written')}

/** Port: what ${pascal} reads. */
export abstract class ${pascal}Port {
${
  kind
    ? `abstract find(query: ${query}): ResultAsync<${pascal}View | undefined, NotImplemented>;`
    : `abstract read(): ResultAsync<${pascal}View, NotImplemented>;`
}
}
`,
    [paths.useCase]: kind
      ? `import { Injectable } from '@nestjs/common';
import { err, ok, type ResultAsync } from 'neverthrow';
${importOf(paths.useCase, paths.port, `${pascal}Port`, 'type NotImplemented', `type ${query}`, `type ${pascal}View`)}

export type ${notFound} = {
  readonly kind: '${kind}';
${lines(address.parameters, ({ name }) => `readonly ${name}: string;`)}
};
export type ${pascal}Error = ${notFound} | NotImplemented;

@Injectable()
export class ${pascal} {
  constructor(private readonly port: ${pascal}Port) {}

  execute(query: ${query}): ResultAsync<${pascal}View, ${pascal}Error> {
    return this.port
      .find(query)
      .andThen((found) => (found ? ok(found) : err({ kind: '${kind}' as const, ...query })));
  }
}
`
      : `import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
${importOf(paths.useCase, paths.port, `${pascal}Port`, 'type NotImplemented', `type ${pascal}View`)}

export type ${pascal}Error = NotImplemented;

@Injectable()
export class ${pascal} {
  constructor(private readonly port: ${pascal}Port) {}

  execute(): ResultAsync<${pascal}View, ${pascal}Error> {
    return this.port.read();
  }
}
`,
  };
}

function commandSource(useCase: UseCase): Record<string, string> {
  const { names, thing, context, body, paths } = useCase;
  const { pascal } = names;
  const isGiven = hasInput(useCase);
  const enumerations = body.flatMap(({ enumeration }) => (enumeration ? [enumeration] : []));
  return {
    [paths.useCase]: `import { Injectable } from '@nestjs/common';
import { errAsync, type ResultAsync } from 'neverthrow';
${importOf(paths.useCase, MONEY_VIEW, body.some(isMoney) && 'type MoneyView')}${lines(
      enumerations,
      ({ constant, type, values }) => `
export const ${constant} = [${values.map((value) => `'${value}'`).join(', ')}] as const;
export type ${type} = (typeof ${constant})[number];
`,
    )}${isGiven ? `\nexport interface ${pascal}Command {\n${inputMembers(useCase)}\n}\n` : ''}
${viewOf(useCase)}

${notImplemented('this use case is written')}

/** Each refusal has a kind that says what is wrong with the ${thing.words}, such as \`${thing.kebab}-not-found\`. */
export type ${pascal}Error = NotImplemented;

/** Inject the unit of work of ${context.words}: what changes, changes in one transaction. */
@Injectable()
export class ${pascal} {
  execute(${isGiven ? `_command: ${pascal}Command` : ''}): ResultAsync<${pascal}View, ${pascal}Error> {
    return errAsync({ kind: 'not-implemented' as const });
  }
}
`,
  };
}

/** The names that another file imports for the types and the constants of fields. */
export const enumerationsOf = (body: readonly Field[], member: 'constant' | 'type'): string[] =>
  body.flatMap(({ enumeration }) => (enumeration ? [enumeration[member]] : []));
