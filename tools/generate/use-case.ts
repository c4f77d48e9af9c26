import { SyntaxKind } from 'ts-morph';
import { addImport, listOf, specifierFor } from '../edits/source';
import type { Tree } from '../edits/tree';
import { addContext } from './context';
import { listFolders } from './files-page';
import { UsageError } from '../command-line';
import type { Names } from './names';
import { sources, type Paths } from './sources';
import { tests } from './tests';

export function pathsOf(context: Names, useCase: Names): Paths {
  const [c, n] = [context.kebab, useCase.kebab];
  return {
    useCase: `src/application/${c}/${n}.ts`,
    port: `src/application/${c}/${n}.port.ts`,
    adapter: `src/infrastructure/database/${c}/sql-${n}.ts`,
    controller: `src/infrastructure/http/${c}/${n}.controller.ts`,
    schemas: `src/infrastructure/http/${c}/${n}.schemas.ts`,
    problems: `src/infrastructure/http/${c}/${c}.problems.ts`,
    feature: `src/features/${c}.module.ts`,
    fake: `test/support/${c}/in-memory-${n}.ts`,
    unitTest: `test/application/${c}/${n}.spec.ts`,
    contractTest: `test/contract/${c}/${n}.spec.ts`,
    e2eTest: `test/e2e/${c}/${n}.spec.ts`,
  };
}

/**
 * Plans a use case in the tree: its errors, its port with an adapter and a fake, its route, and a test of each. It adds to
 * the problems and to the module of its context, and adds the module of a new context to AppModule; it changes no other file.
 * @throws UsageError when one of its files, its problem, or a module of its context's name exists already
 */
export function planUseCase(tree: Tree, context: Names, useCase: Names): void {
  const paths = pathsOf(context, useCase);
  const everything = { ...sources(context, useCase, paths), ...tests(context, useCase, paths) };
  if (tree.has(paths.useCase))
    throw new UsageError(`The use case ${useCase.kebab} of ${context.kebab} exists already: ${paths.useCase}.`);
  const taken = Object.keys(everything).find((path) => tree.has(path));
  if (taken) throw new UsageError(`'${useCase.kebab}' is taken in ${context.kebab}: ${taken} exists already.`);
  for (const [path, text] of Object.entries(everything)) tree.write(path, text);
  addProblem(tree, context, useCase, paths);
  addToFeature(tree, context, useCase, paths);
  listFolders(tree, context, paths);
}

function addProblem(tree: Tree, context: Names, useCase: Names, { problems, useCase: source }: Paths): void {
  const kind = `'${useCase.kebab}-not-found'`;
  const problem = `{ status: 404, title: 'Nothing with this id to ${useCase.words}' }`;
  const [table, union] = [`${context.camel}Problems`, `${context.pascal}UseCase`];
  if (!tree.has(problems)) {
    tree.write(
      problems,
      `import type { ${useCase.pascal} } from '${specifierFor(problems, source)}';
import type { ErrorOf, ProblemTable } from '../problem-table';

type ${union} = ${useCase.pascal};

/** One entry per kind: this file does not compile when one is missing. */
export const ${table} = { ${kind}: ${problem} } satisfies ProblemTable<ErrorOf<${union}>>;
`,
    );
    return;
  }
  if (tree.read(problems).includes(kind))
    throw new UsageError(`'${useCase.kebab}' is taken in ${context.kebab}: ${problems} has its problem already.`);
  tree.edit(problems, (file) => {
    addImport(file, source, useCase.pascal, { isTypeOnly: true });
    const alias = file.getTypeAliasOrThrow(union);
    alias.setType(`${alias.getTypeNodeOrThrow().getText()} | ${useCase.pascal}`);
    file
      .getVariableDeclarationOrThrow(table)
      .getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression)
      .addPropertyAssignment({ name: kind, initializer: problem });
  });
}

function addToFeature(tree: Tree, context: Names, { pascal }: Names, paths: Paths): void {
  const { feature } = paths;
  if (!tree.has(feature)) addContext(tree, context, feature);
  tree.edit(feature, (file) => {
    addImport(file, paths.useCase, pascal);
    addImport(file, paths.port, `${pascal}Port`);
    addImport(file, paths.adapter, `Sql${pascal}`);
    addImport(file, paths.controller, `${pascal}Controller`);
    listOf(file, 'controllers').addElement(`${pascal}Controller`);
    listOf(file, 'providers').addElements([pascal, `{ provide: ${pascal}Port, useClass: Sql${pascal} }`]);
  });
}
