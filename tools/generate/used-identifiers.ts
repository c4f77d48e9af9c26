import { ts } from 'ts-morph';

/**
 * What sources declare, import, or take from the global scope for something other than what they are about.
 * @param texts of sources about something that is called like the placeholder
 */
export function usedIdentifiers(texts: Iterable<string>, placeholder: string): ReadonlySet<string> {
  const isOfPlaceholder = (name: string): boolean => name.toLowerCase().includes(placeholder);
  const isPlaceholder = (name: string): boolean => [placeholder, `${placeholder}s`].includes(name);
  const found = new Set<string>();
  for (const text of texts) {
    visit(text, (node) => {
      if (ts.isIdentifier(node) && !isMember(node)) found.add(node.text);
      const members = membersOf(node);
      if (members.some((name) => isPlaceholder(name))) for (const name of members) found.add(name);
    });
  }
  return new Set([...found].filter((name) => !isOfPlaceholder(name)));
}

/** Whether a source has something of this name, also a property. */
export function mentions(text: string, name: string): boolean {
  let isFound = false;
  visit(text, (node) => {
    isFound ||= ts.isIdentifier(node) && node.text === name;
  });
  return isFound;
}

function visit(text: string, see: (node: ts.Node) => void): void {
  const goOn = (node: ts.Node): void => {
    see(node);
    ts.forEachChild(node, goOn);
  };
  goOn(ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true));
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

/** The names in the namespace of an object, a type or a class, with the properties that its constructor declares. */
function membersOf(node: ts.Node): string[] {
  if (ts.isObjectLiteralExpression(node)) return node.properties.map(({ name }) => name?.getText() ?? '');
  if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node))
    return node.members.map(({ name }) => name?.getText() ?? '');
  if (!ts.isClassDeclaration(node)) return [];
  return node.members.flatMap((member) =>
    ts.isConstructorDeclaration(member)
      ? member.parameters
          .filter((one) => ts.isParameterPropertyDeclaration(one, member))
          .map(({ name }) => name.getText())
      : [member.name?.getText() ?? ''],
  );
}
