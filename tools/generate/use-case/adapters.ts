import { importOf } from '../resource/text';
import { notFoundKind, type UseCase } from './use-case';

/** The adapters of the port of a query: one on PostgreSQL, which is not written yet, and the fake of the tests. */
export function adapterSources(useCase: UseCase): Record<string, string> {
  if (useCase.type === 'command') return {};
  const { names, address, paths } = useCase;
  const { pascal } = names;
  const { adapter, fake, port } = paths;
  const view = `${pascal}View`;
  const hasKind = notFoundKind(useCase) !== undefined;
  const result = hasKind ? `${view} | undefined` : view;
  const method = hasKind ? 'find' : 'read';
  const matches = address.parameters.map(({ name }) => `one.${name} === query.${name}`).join(' && ');
  return {
    [adapter]: `import { Injectable } from '@nestjs/common';
import { errAsync, type ResultAsync } from 'neverthrow';
${importOf(adapter, port, `${pascal}Port`, 'type NotImplemented', `type ${view}`)}
/** Inject the DataSource, and read with \`select\` of ../select: one statement, for any number of rows. */
@Injectable()
export class Sql${pascal} extends ${pascal}Port {
  ${method}(): ResultAsync<${result}, NotImplemented> {
    return errAsync({ kind: 'not-implemented' as const });
  }
}
`,
    [fake]: hasKind
      ? `import { okAsync, type ResultAsync } from 'neverthrow';
${importOf(fake, port, `${pascal}Port`, `type ${pascal}Query`, `type ${view}`)}
/** Finds what it is given. */
export class InMemory${pascal} extends ${pascal}Port {
  constructor(private readonly known: readonly ${view}[]) {
    super();
  }

  find(query: ${pascal}Query): ResultAsync<${result}, never> {
    return okAsync(this.known.find((one) => ${matches}));
  }
}
`
      : `import { okAsync, type ResultAsync } from 'neverthrow';
${importOf(fake, port, `${pascal}Port`, `type ${view}`)}
/** Returns what it is given. */
export class InMemory${pascal} extends ${pascal}Port {
  constructor(private readonly view: ${view}) {
    super();
  }

  read(): ResultAsync<${view}, never> {
    return okAsync(this.view);
  }
}
`,
  };
}
