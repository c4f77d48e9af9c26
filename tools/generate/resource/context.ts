import { SyntaxKind } from 'ts-morph';
import { UsageError } from '../../command-line';
import { addImport, listOf, specifierFor } from '../../edits/source';
import type { Tree } from '../../edits/tree';
import { addContext } from '../context';
import { listOperations } from '../operations-list';
import type { Resource } from './paths';
import { hasMoney } from './text';

const ENTITIES = 'src/infrastructure/database/entities.ts';
const SCOPES = 'tools/development-scopes.ts';

/** Adds the resource to the lists of its context and of the service. */
export function addToContext(tree: Tree, resource: Resource): void {
  addScope(tree, resource);
  addProblems(tree, resource);
  addToFeature(tree, resource);
  const address = `/api/v1/${resource.names.many.kebab}`;
  listOperations(tree, resource.names.context, {
    [`POST ${address}`]: ['Idempotency-Key'],
    [`GET ${address}`]: ['cursor', 'limit'],
    [`GET ${address}/{id}`]: ['id'],
    [`PUT ${address}/{id}`]: ['id', 'Idempotency-Key'],
    [`DELETE ${address}/{id}`]: ['id'],
  });
  tree.edit(ENTITIES, (file) => {
    addImport(file, resource.paths.entity, `${resource.names.one.pascal}Entity`);
    file
      .getVariableDeclarationOrThrow('entities')
      .getInitializerIfKindOrThrow(SyntaxKind.ArrayLiteralExpression)
      .addElement(`${resource.names.one.pascal}Entity`);
  });
}

function addScope(tree: Tree, { names: { context, scope }, contextPaths: { scopes } }: Resource): void {
  const known = tree.has(scopes) ? tree.read(scopes) : '';
  if (known.includes(`const ${scope} `)) return;
  const text = `/** The scope that a token needs to change something of ${context.words}. */
export const ${scope} = '${context.kebab}:write';
`;
  tree.write(scopes, known === '' ? text : `${known}\n${text}`);
  tree.edit(SCOPES, (file) => {
    addImport(file, scopes, scope);
    file
      .getVariableDeclarationOrThrow('developmentScopes')
      .getInitializerIfKindOrThrow(SyntaxKind.ArrayLiteralExpression)
      .addElement(scope);
  });
}

/** Every resource of a context may have these: a second one finds them in the table. */
function problemsOf({ names: { one }, fields }: Resource): Record<string, string> {
  const money = {
    'invalid-amount': `{
      status: 422,
      title: 'An amount must be a whole number of minor units and not negative',
      detail: ({ amount }) => \`\${amount} is not a valid amount.\`,
      example: { amount: 7.99 },
    }`,
    'invalid-currency': `{ status: 422, title: 'A currency must be an ISO 4217 code, such as EUR' }`,
  };
  const title = `${one.words[0]!.toUpperCase()}${one.words.slice(1)} not found`;
  return {
    'idempotency-key-reused': `{ status: 409, title: 'The Idempotency-Key was already used for a different request' }`,
    ...(hasMoney(fields) && money),
    'invalid-cursor': `{ status: 400, title: 'The cursor is not valid for this list' }`,
    [`${one.kebab}-not-found`]: `{ status: 404, title: '${title}' }`,
    'stale-version': `{ status: 409, title: 'Changed by another request in the meantime: read it again and retry' }`,
  };
}

function addProblems(tree: Tree, resource: Resource): void {
  const { names, paths, contextPaths } = resource;
  const { context, one, many } = names;
  const { problems } = contextPaths;
  const [table, union] = [`${context.camel}Problems`, `${context.pascal}UseCase`];
  const useCases: readonly (readonly [path: string, name: string])[] = [
    [paths.create, `Create${one.pascal}`],
    [paths.get, `Get${one.pascal}`],
    [paths.list, `List${many.pascal}`],
    [paths.remove, `Remove${one.pascal}`],
    [paths.update, `Update${one.pascal}`],
  ];
  const entries = problemsOf(resource);
  if (!tree.has(problems)) {
    const imports = useCases.map(([path, name]) => `import type { ${name} } from '${specifierFor(problems, path)}';`);
    tree.write(
      problems,
      `${imports.join('\n')}
import type { ErrorOf, ProblemTable } from '../problem-table';

type ${union} = ${useCases.map(([, name]) => name).join(' | ')};

/** One entry per kind: if one is missing, this file does not compile. */
export const ${table} = {
${Object.entries(entries)
  .map(([kind, entry]) => `'${kind}': ${entry},`)
  .join('\n')}
} satisfies ProblemTable<ErrorOf<${union}>>;
`,
    );
    return;
  }
  if (tree.read(problems).includes(`'${one.kebab}-not-found'`))
    throw new UsageError(`'${one.kebab}' is taken in ${context.kebab}: ${problems} has its problem already.`);
  tree.edit(problems, (file) => {
    for (const [path, name] of useCases) addImport(file, path, name, { isTypeOnly: true });
    const alias = file.getTypeAliasOrThrow(union);
    alias.setType([alias.getTypeNodeOrThrow().getText(), ...useCases.map(([, name]) => name)].join(' | '));
    const object = file
      .getVariableDeclarationOrThrow(table)
      .getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression);
    for (const [kind, initializer] of Object.entries(entries))
      if (!object.getProperty(`'${kind}'`)) object.addPropertyAssignment({ name: `'${kind}'`, initializer });
  });
}

function addToFeature(tree: Tree, { names, paths, contextPaths: { feature } }: Resource): void {
  const { context, one, many } = names;
  if (!tree.has(feature)) addContext(tree, context, feature);
  const useCases = [
    [paths.create, `Create${one.pascal}`],
    [paths.get, `Get${one.pascal}`],
    [paths.list, `List${many.pascal}`],
    [paths.update, `Update${one.pascal}`],
    [paths.remove, `Remove${one.pascal}`],
  ] as const;
  tree.edit(feature, (file) => {
    for (const [path, name] of useCases) addImport(file, path, name);
    for (const [path, name] of [
      [paths.queries, `${one.pascal}Queries`],
      [paths.unitOfWork, `${one.pascal}UnitOfWork`],
      [paths.sqlQueries, `Sql${one.pascal}Queries`],
      [paths.sqlUnitOfWork, `TypeOrm${one.pascal}UnitOfWork`],
      [paths.controller, `${many.pascal}Controller`],
    ] as const)
      addImport(file, path, name);
    listOf(file, 'controllers').addElement(`${many.pascal}Controller`);
    listOf(file, 'providers').addElements([
      ...useCases.map(([, name]) => name),
      `{ provide: ${one.pascal}UnitOfWork, useClass: TypeOrm${one.pascal}UnitOfWork }`,
      `{ provide: ${one.pascal}Queries, useClass: Sql${one.pascal}Queries }`,
    ]);
  });
}
