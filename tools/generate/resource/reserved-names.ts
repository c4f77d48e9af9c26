import { ts } from 'ts-morph';
import { resourceNames } from './names';
import type { Resource } from './paths';
import { resourceOf, textsOf } from './texts';

/** Their own names are in the texts only with this word, so every other identifier is one that a resource cannot have. */
const PLACEHOLDER = 'qqq';

/** @returns one line per name of the resource that its own sources use for something else */
export function collidingNames({ names: { one, many, context } }: Resource): string[] {
  const used = usedIdentifiers();
  const derived = [one.pascal, one.camel, many.pascal, many.camel, `${context.camel}Problems`];
  const taken = derived.find((name) => used.has(name));
  return taken ? [`'${one.kebab}' is reserved: the sources of a resource use ${taken} for something else.`] : [];
}

/** What the sources of any resource declare, import, or take from the global scope. */
function usedIdentifiers(): ReadonlySet<string> {
  const names = resourceNames(PLACEHOLDER, PLACEHOLDER);
  const texts = textsOf(resourceOf(names, 'a:money,b:text,c:timestamp?,d:enum(e|f),g:uuid'));
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMember(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const text of Object.values(texts)) visit(ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true));
  return new Set([...found].filter((name) => !name.toLowerCase().includes(PLACEHOLDER)));
}

/** Whether it is the name of a property: that means nothing outside of its object. */
function isMember({ parent, text }: ts.Identifier): boolean {
  const named = (node: { name?: ts.Node }): boolean => node.name !== undefined && node.name.getText() === text;
  return (
    (ts.isPropertyAccessExpression(parent) && named(parent)) ||
    (ts.isPropertyAssignment(parent) && named(parent)) ||
    ((ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) && named(parent)) ||
    ((ts.isMethodSignature(parent) || ts.isMethodDeclaration(parent)) && named(parent)) ||
    ts.isNamedTupleMember(parent)
  );
}
