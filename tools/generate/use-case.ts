import { listOfProperty, specifierFor, withElement, withImport, withProperty, withUnionMember } from '../edits/source';
import type { Tree } from '../edits/tree';
import { listFolders } from './files-page';
import { UsageError } from '../command-line';
import type { Names } from './names';
import { sources, type Paths } from './sources';
import { tests } from './tests';

/** Lists the modules of the contexts. */
const APP_MODULE = 'src/app.module.ts';

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
 * @throws UsageError when one of its files, its problem, or a module of its context's name is there already
 */
export function planUseCase(tree: Tree, context: Names, useCase: Names): void {
  const paths = pathsOf(context, useCase);
  const everything = { ...sources(context, useCase, paths), ...tests(context, useCase, paths) };
  if (tree.has(paths.useCase))
    throw new UsageError(`There is a use case ${useCase.kebab} in ${context.kebab} already: ${paths.useCase}.`);
  const taken = Object.keys(everything).find((path) => tree.has(path));
  if (taken) throw new UsageError(`'${useCase.kebab}' is taken in ${context.kebab}: ${taken} is there already.`);
  for (const [path, text] of Object.entries(everything)) tree.write(path, text);
  addProblem(tree, context, useCase, paths);
  addToFeature(tree, context, useCase, paths);
  listFolders(tree, context, paths);
}

const importOf = (from: string, to: string, names: string): string =>
  `import ${names} from '${specifierFor(from, to)}';`;

function addProblem(tree: Tree, context: Names, useCase: Names, { problems, useCase: source }: Paths): void {
  const row = `'${useCase.kebab}-not-found': { status: 404, title: 'Nothing of this id is there to ${useCase.words}' }`;
  const imported = `import type { ${useCase.pascal} } from '${specifierFor(problems, source)}';`;
  const [table, union] = [`${context.camel}Problems`, `${context.pascal}UseCase`];
  if (!tree.has(problems)) {
    tree.write(
      problems,
      `${imported}
import type { ErrorOf, ProblemTable } from '../problem-table';

type ${union} = ${useCase.pascal};

/** One entry a kind: leave one out and this file does not compile. */
export const ${table} = { ${row} } satisfies ProblemTable<ErrorOf<${union}>>;
`,
    );
    return;
  }
  let text = tree.read(problems);
  if (text.includes(`'${useCase.kebab}-not-found'`))
    throw new UsageError(`'${useCase.kebab}' is taken in ${context.kebab}: ${problems} has its problem already.`);
  text = withImport(problems, text, imported);
  text = withUnionMember(problems, text, union, useCase.pascal);
  tree.write(problems, withProperty(problems, text, table, row));
}

function addToFeature(tree: Tree, context: Names, { pascal }: Names, paths: Paths): void {
  const { feature } = paths;
  if (!tree.has(feature)) {
    const contextModule = `${context.pascal}Module`;
    const app = tree.read(APP_MODULE);
    if (new RegExp(`\\b${contextModule}\\b`).test(app))
      throw new UsageError(`'${context.kebab}' is taken: ${APP_MODULE} has another ${contextModule} already.`);
    const listed = withElement(APP_MODULE, app, listOfProperty('imports'), contextModule);
    tree.write(APP_MODULE, withImport(APP_MODULE, listed, importOf(APP_MODULE, feature, `{ ${contextModule} }`)));
    tree.write(
      feature,
      `import { Module } from '@nestjs/common';

@Module({ controllers: [], providers: [] })
export class ${contextModule} {}
`,
    );
  }
  const adapter = `{ provide: ${pascal}Port, useClass: Sql${pascal} }`;
  let text = tree.read(feature);
  for (const [to, name] of [
    [paths.useCase, pascal],
    [paths.port, `${pascal}Port`],
    [paths.adapter, `Sql${pascal}`],
    [paths.controller, `${pascal}Controller`],
  ] as const) {
    text = withImport(feature, text, importOf(feature, to, `{ ${name} }`));
  }
  text = withElement(feature, text, listOfProperty('controllers'), `${pascal}Controller`);
  text = withElement(feature, text, listOfProperty('providers'), pascal);
  tree.write(feature, withElement(feature, text, listOfProperty('providers'), adapter));
}
