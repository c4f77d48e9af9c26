import { SyntaxKind } from 'ts-morph';
import type { Tree } from '../edits/tree';
import type { Names } from './names';

/** By method and template of the address: the parameters, as the API document has them. */
export type Operations = Readonly<Record<string, readonly string[]>>;

export const operationsPath = (context: Names): string => `test/e2e/${context.kebab}/operations.ts`;

/** Adds operations to the list of their context, which the tests compare with the API document. */
export function listOperations(tree: Tree, context: Names, operations: Operations): void {
  const path = operationsPath(context);
  if (!tree.has(path))
    tree.write(
      path,
      `/** The operations of ${context.words}, with their parameters. A test compares it with the API document. */
export const operations = {};
`,
    );
  tree.edit(path, (file) => {
    const list = file
      .getVariableDeclarationOrThrow('operations')
      .getInitializerIfKindOrThrow(SyntaxKind.ObjectLiteralExpression);
    for (const [name, parameters] of Object.entries(operations))
      list.addPropertyAssignment({
        name: `'${name}'`,
        initializer: `[${parameters.map((parameter) => `'${parameter}'`).join(', ')}]`,
      });
  });
}
