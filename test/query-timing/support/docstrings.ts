import { readFileSync } from 'node:fs';
import ts from 'typescript';

export interface Docstring {
  /** A function or option, or `class.method`. */
  readonly name: string;
  /** The text before the tags, on one line. */
  readonly text: string;
  /** The tags with their text. */
  readonly tags: ReadonlyMap<string, string>;
}

/** The docstrings of a file: of exported functions and constants, of public methods, and of the properties of object literals. */
export function docstringsOf(path: string): Docstring[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Docstring[] = [];
  const add = (name: string, node: ts.Node): void => void found.push({ name, ...docstringOf(node) });
  source.forEachChild((node) => {
    if (ts.isFunctionDeclaration(node) && isExported(node)) add(node.name!.text, node);
    if (ts.isClassDeclaration(node) && isExported(node)) {
      for (const member of node.members) {
        if (ts.isMethodDeclaration(member) && isPublic(member))
          add(`${node.name!.text}.${member.name.getText()}`, member);
      }
    }
    if (!ts.isVariableStatement(node) || !isExported(node)) return;
    for (const { name, initializer } of node.declarationList.declarations) {
      if (initializer && ts.isArrowFunction(initializer)) add(name.getText(), node);
      if (!initializer || !ts.isObjectLiteralExpression(initializer)) continue;
      for (const property of initializer.properties) add(property.name!.getText(), property);
    }
  });
  return found;
}

function docstringOf(node: ts.Node): Omit<Docstring, 'name'> {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const textOf = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined) =>
    ts.getTextOfJSDocComment(comment) ?? '';
  const tags = (doc?.tags ?? []).map((tag) => [tag.tagName.text, textOf(tag.comment)] as const);
  return { text: textOf(doc?.comment).replaceAll(/\s+/g, ' '), tags: new Map(tags) };
}

const isExported = (node: ts.HasModifiers): boolean =>
  (node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) && !isInternal(node);

const isPublic = (node: ts.HasModifiers): boolean =>
  !(node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) && !isInternal(node);

const isInternal = (node: ts.Node): boolean => ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
