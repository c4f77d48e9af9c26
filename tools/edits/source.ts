import { posix } from 'node:path';
import ts from 'typescript';

/** Edits of TypeScript and JavaScript by their syntax tree. The layout of what they answer is left to Prettier. */

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const parseSource = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);

function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((one, other) => other.start - one.start)
    .reduce((result, { start, end, text: put }) => result.slice(0, start) + put + result.slice(end), text);
}

export function nodesOf<T extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** The modules that a file asks for, as it writes them. */
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

/** Without these elements. A comment in front of an element goes with it. */
function withoutElements(array: ts.ArrayLiteralExpression, isGone: (element: ts.Expression) => boolean): Splice {
  const kept = array.elements.filter((element) => !isGone(element)).map((element) => element.getFullText().trimEnd());
  return { start: array.getStart(), end: array.getEnd(), text: `[${kept.join(',')}]` };
}

/** The name that an element of a list is: `name` or `...name`. */
function nameOfElement(element: ts.Expression): string | undefined {
  const inner = ts.isSpreadElement(element) ? element.expression : element;
  return ts.isIdentifier(inner) ? inner.text : undefined;
}

/**
 * Takes out the imports of modules that are gone, and what was imported from the lists in which it stands.
 * @throws when it is used otherwise than as an element of a list
 */
export function forgetModules(path: string, text: string, isGone: (specifier: string) => boolean): string {
  const source = parseSource(path, text);
  const imports = source.statements
    .filter(ts.isImportDeclaration)
    .filter(({ moduleSpecifier }) => isGone((moduleSpecifier as ts.StringLiteral).text));
  const names = new Set(imports.flatMap((one) => nodesOf(one, ts.isImportSpecifier).map(({ name }) => name.text)));
  const isForgotten = (element: ts.Expression): boolean => names.has(nameOfElement(element) ?? '');
  const lists = nodesOf(source, ts.isArrayLiteralExpression).filter(({ elements }) => elements.some(isForgotten));
  const result = spliced(text, [
    ...imports.map((one) => ({ start: one.getStart(), end: one.getEnd(), text: '' })),
    ...lists.map((list) => withoutElements(list, isForgotten)),
  ]);
  const left = nodesOf(parseSource(path, result), ts.isIdentifier).find(({ text: name }) => names.has(name));
  if (left) throw new Error(`${path} uses ${left.text}, which goes, otherwise than in a list.`);
  return result;
}

/** Without the elements of lists that are this text or, as the suite of this name does, contain it. */
export function withoutListed(path: string, text: string, literal: string): string {
  const holds = (element: ts.Expression): boolean =>
    (ts.isObjectLiteralExpression(element) || ts.isCallExpression(element) || ts.isStringLiteral(element)) &&
    nodesOf(element, ts.isStringLiteral).some((one) => one.text === literal);
  const lists = nodesOf(parseSource(path, text), ts.isArrayLiteralExpression).filter(({ elements }) =>
    elements.some(holds),
  );
  const outermost = lists.filter((list) => !lists.some((other) => other !== list && isInside(list, other)));
  return spliced(
    text,
    outermost.map((list) => withoutElements(list, holds)),
  );
}

const isInside = (node: ts.Node, container: ts.Node): boolean =>
  node.getStart() > container.getStart() && node.getEnd() < container.getEnd();

/** With one more import, in the order of the modules' names; nothing changes where it is there already. */
export function withImport(path: string, text: string, declaration: string): string {
  const source = parseSource(path, text);
  const imports = source.statements.filter(ts.isImportDeclaration);
  if (imports.some((one) => one.getText() === declaration)) return text;
  const last = imports.at(-1);
  return last
    ? spliced(text, [{ start: last.getEnd(), end: last.getEnd(), text: `\n${declaration}` }])
    : `${declaration}\n\n${text}`;
}

/** With one more element at the end of a list. @throws when there is no such list */
export function withElement(path: string, text: string, isList: ListPredicate, element: string): string {
  const list = nodesOf(parseSource(path, text), ts.isArrayLiteralExpression).find(isList);
  if (!list) throw new Error(`${path} has no list for ${element}.`);
  const last = list.elements.at(-1);
  const at = last ? last.getEnd() : list.getStart() + 1;
  return spliced(text, [{ start: at, end: at, text: last ? `, ${element}` : element }]);
}

export type ListPredicate = (list: ts.ArrayLiteralExpression) => boolean;

/** The list that a property holds, or that the function answers which it holds. */
export const listOfProperty =
  (name: string): ListPredicate =>
  (list) => {
    const owner = ts.findAncestor(
      list.parent,
      (node) => !ts.isParenthesizedExpression(node) && !ts.isArrowFunction(node),
    );
    return owner !== undefined && ts.isPropertyAssignment(owner) && owner.name.getText() === name;
  };

/** With one more member of a union type. @throws when there is no such type */
export function withUnionMember(path: string, text: string, type: string, member: string): string {
  const found = nodesOf(parseSource(path, text), ts.isTypeAliasDeclaration).find(({ name }) => name.text === type);
  if (!found) throw new Error(`${path} has no type ${type}.`);
  const at = found.type.getEnd();
  return spliced(text, [{ start: at, end: at, text: ` | ${member}` }]);
}

/** With one more property at the end of the object that is the value of a constant. @throws when there is none */
export function withProperty(path: string, text: string, constant: string, property: string): string {
  const declaration = nodesOf(parseSource(path, text), ts.isVariableDeclaration).find(
    ({ name }) => name.getText() === constant,
  );
  const object = declaration && nodesOf(declaration, ts.isObjectLiteralExpression)[0];
  if (!object) throw new Error(`${path} has no object ${constant}.`);
  const last = object.properties.at(-1);
  const at = last ? last.getEnd() : object.getStart() + 1;
  return spliced(text, [{ start: at, end: at, text: last ? `, ${property}` : property }]);
}

/** With another value of a constant. @throws when there is no such constant */
export function withConstant(path: string, text: string, name: string, value: string): string {
  const found = nodesOf(parseSource(path, text), ts.isVariableDeclaration).find((one) => one.name.getText() === name);
  if (!found?.initializer) throw new Error(`${path} has no constant ${name}.`);
  return spliced(text, [{ start: found.initializer.getStart(), end: found.initializer.getEnd(), text: value }]);
}
