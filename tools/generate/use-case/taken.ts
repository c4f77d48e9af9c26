import { Project, SyntaxKind } from 'ts-morph';
import type { Tree } from '../../edits/tree';
import { collidingName } from './reserved-names';
import { notFoundKind, type UseCase } from './use-case';

/** Why a use case cannot be added: one line per thing that exists already, or that would not compile. */
export function takenBy(tree: Tree, useCase: UseCase, texts: Readonly<Record<string, string>>): string[] {
  const { context, names, paths, type, address } = useCase;
  const reserved = collidingName(useCase);
  if (reserved !== undefined)
    return [`'${names.kebab}' is reserved: the sources of a use case use ${reserved} for something else.`];
  if (tree.has(paths.useCase))
    return [`The use case ${names.kebab} of ${context.kebab} exists already: ${paths.useCase}.`];
  const mistakes: string[] = [];
  const file = Object.keys(texts).find((path) => tree.has(path));
  if (file) mistakes.push(`'${names.kebab}' is taken in ${context.kebab}: ${file} exists already.`);
  const method = type === 'query' ? 'Get' : 'Post';
  const controller = controllerWith(tree, method, address.template);
  if (controller)
    mistakes.push(`${method.toUpperCase()} ${address.template} exists already: ${controller}. Choose another --path.`);
  const ids = new RegExp(`id: '${names.pascal}(?:View)?'`);
  const schemas = sourcesOfHttp(tree).find((path) => ids.test(tree.read(path)));
  if (schemas) mistakes.push(`A schema with the name of ${names.kebab} exists already: ${schemas}.`);
  const kind = notFoundKind(useCase);
  if (kind && tree.has(paths.problems) && hasFunctions(tree.read(paths.problems), kind))
    mistakes.push(`'${kind}' in ${paths.problems} needs more than this use case knows: choose another --path.`);
  return mistakes;
}

/** Whether the problem of a kind is made of the fields of its error. */
function hasFunctions(problems: string, kind: string): boolean {
  const source = new Project({ useInMemoryFileSystem: true }).createSourceFile('problems.ts', problems);
  const entry = source
    .getDescendantsOfKind(SyntaxKind.PropertyAssignment)
    .find((property) => property.getName() === `'${kind}'`);
  return (entry?.getDescendantsOfKind(SyntaxKind.ArrowFunction).length ?? 0) > 0;
}

const sourcesOfHttp = (tree: Tree): string[] =>
  tree.files.filter((path) => /^src\/infrastructure\/http\/.*\.ts$/.test(path));

/** The controller that handles a method at an address. The names of parameters make no difference. */
function controllerWith(tree: Tree, method: string, template: string): string | undefined {
  const normal = (path: string): string =>
    path
      .replaceAll(/:\w+|\{\w+\}/g, '*')
      .replaceAll(/\/+/g, '/')
      .replace(/\/$/, '');
  const project = new Project({ useInMemoryFileSystem: true });
  return sourcesOfHttp(tree).find((path) => {
    const text = tree.read(path);
    if (!text.includes('@Controller(')) return false;
    const classes = project.createSourceFile(path, text, { overwrite: true }).getClasses();
    return classes.some((controller) => {
      const base = argumentOf(controller.getDecorator('Controller')?.getArguments()[0]?.getText());
      return controller.getMethods().some((handler) => {
        const route = handler.getDecorator(method);
        const rest = route && argumentOf(route.getArguments()[0]?.getText());
        return rest !== undefined && normal(`/${base}/${rest}`) === normal(template);
      });
    });
  });
}

const argumentOf = (text = ''): string => text.replaceAll(/^['"]|['"]$/g, '');
