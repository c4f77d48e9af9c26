import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Generator } from './generated-file';

const ROOT = resolve(__dirname, '../..');
const FOLDERS = ['tools', 'test', 'maintainers'];

/** The `generate` function of every `*.generator.ts`. They are listed nowhere: a fork lacks some of them. */
export function findGenerators(): Generator[] {
  const load = createRequire(__filename);
  return FOLDERS.filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.generator.ts'))
    .sort()
    .map((file) => (load(join(ROOT, file)) as { generate: Generator }).generate);
}
