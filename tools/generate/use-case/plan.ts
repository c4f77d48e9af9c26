import { SyntaxKind } from 'ts-morph';
import { UsageError } from '../../command-line';
import { addImport, listOf, specifierFor } from '../../edits/source';
import type { Tree } from '../../edits/tree';
import { addContext } from '../context';
import { listFolders } from '../files-page';
import { listOperations } from '../operations-list';
import { capital } from '../resource/text';
import { takenBy } from './taken';
import { textsOf } from './texts';
import { notFoundKind, type UseCase } from './use-case';

/**
 * Plans a use case in the tree. It adds to the problems, the module and the operations of its context, and adds the module
 * of a new context to AppModule; it changes no other source.
 * @throws UsageError with one line per thing that exists already
 */
export function planUseCase(tree: Tree, useCase: UseCase): void {
  const { type, context, address, paths } = useCase;
  const texts = textsOf(useCase);
  const mistakes = takenBy(tree, useCase, texts);
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  addToFeature(tree, useCase);
  addProblems(tree, useCase);
  for (const [path, text] of Object.entries(texts)) tree.write(path, text);
  const method = type === 'query' ? 'GET' : 'POST';
  const parameters = address.parameters.map(({ name }) => name);
  listOperations(tree, context, { [`${method} ${address.template}`]: parameters });
  const isWritten = (path: string): string | undefined => (path in texts ? path : undefined);
  listFolders(tree, context, {
    useCase: paths.useCase,
    adapter: isWritten(paths.adapter),
    controller: paths.controller,
    fake: isWritten(paths.fake),
    unitTest: paths.unitTest,
    contractTest: isWritten(paths.contractTest),
    e2eTest: paths.e2eTest,
  });
}

function addProblems(tree: Tree, useCase: UseCase): void {
  const { context, names, thing, paths } = useCase;
  const { problems, useCase: source } = paths;
  const [table, union] = [`${context.camel}Problems`, `${context.pascal}UseCase`];
  const kind = notFoundKind(useCase);
  const entries = {
    ...(kind && { [`'${kind}'`]: `{ status: 404, title: '${capital(thing.words)} not found' }` }),
    [`'not-implemented'`]: `{ status: 501, title: 'Not implemented yet' }`,
  };
  if (!tree.has(problems)) {
    tree.write(
      problems,
      `import type { ${names.pascal} } from '${specifierFor(problems, source)}';
import type { ErrorOf, ProblemTable } from '../problem-table';

type ${union} = ${names.pascal};

/** One entry per kind: if one is missing, this file does not compile. */
export const ${table} = {
${Object.entries(entries)
  .map(([name, entry]) => `${name}: ${entry},`)
  .join('\n')}
} satisfies ProblemTable<ErrorOf<${union}>>;
`,
    );
    return;
  }
  tree.edit(problems, (file) => {
    addImport(file, source, names.pascal, { isTypeOnly: true });
    const alias = file.getTypeAliasOrThrow(union);
    alias.setType(`${alias.getTypeNodeOrThrow().getText()} | ${names.pascal}`);
    const object = file
      .getVariableDeclarationOrThrow(table)
      .getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression);
    for (const [name, initializer] of Object.entries(entries))
      if (!object.getProperty(name)) object.addPropertyAssignment({ name, initializer });
  });
}

function addToFeature(tree: Tree, { type, context, names: { pascal }, paths }: UseCase): void {
  const { feature } = paths;
  if (!tree.has(feature)) addContext(tree, context, feature);
  tree.edit(feature, (file) => {
    addImport(file, paths.useCase, pascal);
    if (type === 'query') {
      addImport(file, paths.port, `${pascal}Port`);
      addImport(file, paths.adapter, `Sql${pascal}`);
    }
    addImport(file, paths.controller, `${pascal}Controller`);
    listOf(file, 'controllers').addElement(`${pascal}Controller`);
    listOf(file, 'providers').addElement(pascal);
    if (type === 'query') listOf(file, 'providers').addElement(`{ provide: ${pascal}Port, useClass: Sql${pascal} }`);
  });
}
