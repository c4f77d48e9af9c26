import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const files = ['bare-server', 'nest-server', 'orders', 'service-sql'];

/**
 * Compiles the servers to compare with, so that they run on plain node as the service does, without the weight of a loader.
 * @param folder where the result goes, inside of the project so that its packages are found
 */
export async function transpileServers(folder: string): Promise<Readonly<Record<'nest' | 'bare', string>>> {
  await mkdir(folder, { recursive: true });
  for (const name of files) {
    const source = await readFile(join(__dirname, `${name}.ts`), 'utf8');
    const { outputText } = transpileModule(source, {
      compilerOptions: {
        module: ModuleKind.CommonJS,
        target: ScriptTarget.ES2023,
        esModuleInterop: true,
        experimentalDecorators: true,
      },
    });
    await writeFile(join(folder, `${name}.js`), outputText);
  }
  return { nest: join(folder, 'nest-server.js'), bare: join(folder, 'bare-server.js') };
}
