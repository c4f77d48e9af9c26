import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const files = ['bare-server', 'service-sql'];

/**
 * Compiles the bare server, so that it runs on plain node as the service does, without the weight of a loader.
 * @param folder where the result goes, inside of the project so that its packages are found
 * @returns the script to run
 */
export async function transpileBareServer(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of files) {
    const source = await readFile(join(__dirname, `${name}.ts`), 'utf8');
    const { outputText } = transpileModule(source, {
      compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023, esModuleInterop: true },
    });
    await writeFile(join(folder, `${name}.js`), outputText);
  }
  return join(folder, 'bare-server.js');
}
