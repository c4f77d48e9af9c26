import { posix } from 'node:path';
import { Node, Project, SyntaxKind, ts, type ArrayLiteralExpression, type SourceFile } from 'ts-morph';

const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { allowJs: true } });

/** The text of a TypeScript or JavaScript source after a change. Its layout is left to Prettier. */
export function edited(path: string, text: string, change: (source: SourceFile) => void): string {
  const source = project.createSourceFile(path, text, { overwrite: true });
  change(source);
  return source.getFullText();
}

/** The modules that a source imports, as it writes them. */
export function specifiersOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The file that a relative specifier means. */
export function resolveSpecifier(
  from: string,
  specifier: string,
  exists: (path: string) => boolean,
): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return [path, `${path}.ts`, `${path}/index.ts`].find(exists);
}

/** The relative specifier of a file in another. */
export function specifierFor(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to.replace(/(?:\/index)?\.ts$/, ''));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Adds `import { name } from` a file. */
export function addImport(source: SourceFile, from: string, name: string, more: { isTypeOnly?: boolean } = {}): void {
  const moduleSpecifier = specifierFor(source.getFilePath().slice(1), from);
  source.addImportDeclaration({ moduleSpecifier, namedImports: [name], ...more });
}

/** The list that a property holds. @throws when there is none */
export function listOf(source: SourceFile, property: string): ArrayLiteralExpression {
  return source
    .getDescendantsOfKind(SyntaxKind.PropertyAssignment)
    .find((assignment) => assignment.getName() === property)!
    .getInitializerIfKindOrThrow(SyntaxKind.ArrayLiteralExpression);
}

const arraysIn = (node: Node): ArrayLiteralExpression[] => node.getDescendantsOfKind(SyntaxKind.ArrayLiteralExpression);

/**
 * Removes the imports of modules that are gone, and what was imported from the lists that have it as `name` or `...name`.
 * @throws when it is used anywhere else
 */
export function forgetModules(source: SourceFile, isGone: (specifier: string) => boolean): void {
  const gone = source.getImportDeclarations().filter((one) => isGone(one.getModuleSpecifierValue()));
  const names = new Set(gone.flatMap((one) => one.getNamedImports().map((name) => name.getName())));
  const isForgotten = (element: Node): boolean =>
    names.has((Node.isSpreadElement(element) ? element.getExpression() : element).getText());
  for (const one of gone) one.remove();
  for (const list of arraysIn(source)) removeElements(list, isForgotten);
  const left = source.getDescendantsOfKind(SyntaxKind.Identifier).find((one) => names.has(one.getText()));
  if (left) throw new Error(`${source.getBaseName()} uses ${left.getText()}, which is removed, outside of a list.`);
}

/** Removes from every list the elements that are this text or, as the suite of this name does, contain it. */
export function removeListed(source: SourceFile, text: string): void {
  const isListed = (element: Node): boolean =>
    Node.isStringLiteral(element)
      ? element.getLiteralText() === text
      : (Node.isObjectLiteralExpression(element) || Node.isCallExpression(element)) &&
        element.getDescendantsOfKind(SyntaxKind.StringLiteral).some((one) => one.getLiteralText() === text);
  // From outside in: an element that is removed takes the lists in it along.
  for (const list of arraysIn(source)) if (!list.wasForgotten()) removeElements(list, isListed);
}

function removeElements(list: ArrayLiteralExpression, isGone: (element: Node) => boolean): void {
  for (const element of list.getElements().filter(isGone)) list.removeElement(element);
}
