import { UsageError } from '../command-line';
import { addImport, listOf } from '../edits/source';
import type { Tree } from '../edits/tree';
import type { Names } from './names';

/** Lists the modules of the contexts. */
const APP_MODULE = 'src/app.module.ts';

/**
 * Plans the module of a new context, and adds it to AppModule.
 * @throws UsageError when AppModule has another module of its name, or one of its folders contains something else
 */
export function addContext(tree: Tree, context: Names, feature: string): void {
  const contextModule = `${context.pascal}Module`;
  if (new RegExp(`\\b${contextModule}\\b`).test(tree.read(APP_MODULE)))
    throw new UsageError(`'${context.kebab}' is taken: ${APP_MODULE} has another ${contextModule} already.`);
  tree.edit(APP_MODULE, (file) => {
    addImport(file, feature, contextModule);
    listOf(file, 'imports').addElement(contextModule);
  });
  tree.write(
    feature,
    `import { Module } from '@nestjs/common';

@Module({ controllers: [], providers: [] })
export class ${contextModule} {}
`,
  );
}
