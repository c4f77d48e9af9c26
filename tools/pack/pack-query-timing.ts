import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SOURCE = 'src/query-timing';
const COMPILER = 'node_modules/typescript/bin/tsc';

/**
 * Makes the library's tarball: its folder, compiled, with its own manifest, page and licence, and nothing of the service.
 * @param into the folder that gets the tarball
 * @returns the tarball's path
 */
export function packQueryTiming(into: string): string {
  const stage = resolve(into, 'package');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const options = ['--outDir', stage, '--noEmit', 'false', '--sourceMap', 'false'];
  execFileSync(process.execPath, [COMPILER, '-p', 'tools/pack/tsconfig.pack.json', ...options], { stdio: 'inherit' });
  for (const file of ['package.json', 'README.md']) cpSync(join(SOURCE, file), join(stage, file));
  cpSync('LICENSE', join(stage, 'LICENSE'));
  const answer = execFileSync('npm', ['pack', '--json', '--pack-destination', resolve(into)], {
    cwd: stage,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return join(resolve(into), tarballIn(answer));
}

/** @returns the name of the tarball that `npm pack --json` has answered with */
export function tarballIn(answer: string): string {
  const packed = JSON.parse(answer) as { filename: string }[] | Record<string, { filename: string }>;
  const [first] = Object.values(packed);
  if (!first) throw new Error('npm pack answered no tarball.');
  return first.filename;
}
