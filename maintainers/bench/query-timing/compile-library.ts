import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { COMPILED } from './library-copies';

const SOURCE = join(__dirname, '../../../src/query-timing');

/** Compiles the library as it is published, so that the benchmark measures what ships. */
export function compileLibrary(): void {
  rmSync(COMPILED, { recursive: true, force: true });
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts') || name === 'query-timing.module.ts' || name === 'index.ts')
      continue;
    const { outputText } = ts.transpileModule(readFileSync(join(SOURCE, name), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2023,
        useDefineForClassFields: false,
      },
    });
    const target = join(COMPILED, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
}
