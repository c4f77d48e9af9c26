import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exclusively } from './exclusively';

export const projectRoot = resolve(__dirname, '../..');
export const serviceEntry = join(projectRoot, 'dist', 'main.js');

/**
 * Builds the service when there is no build, or one that is older than its sources. Several processes may ask at once:
 * one builds, and nobody's build goes while it is fresh.
 *
 * @throws when the sources do not compile
 */
export function buildWhenStale(log: (line: string) => void): void {
  exclusively(join(projectRoot, '.cache', 'build.lock'), (afterCrash) => {
    if (!afterCrash && existsSync(serviceEntry) && statSync(serviceEntry).mtimeMs >= lastChange()) return;
    log('Building the service …');
    const nest = join(projectRoot, 'node_modules/@nestjs/cli/bin/nest.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The service does not build.\n${stdout}${stderr}`);
  });
}

/** Of anything that goes into the build, folders too, which tell of files that are gone; milliseconds since the epoch. */
function lastChange(): number {
  const manifests = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
  const inputs = [...pathsBelow(join(projectRoot, 'src')), ...manifests.map((name) => join(projectRoot, name))];
  return Math.max(...inputs.map((path) => statSync(path).mtimeMs));
}

/** A folder and everything in it, except `dist`: what `npm pack -w nestjs-query-timing` compiles in there is no source. */
function pathsBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'dist');
  const paths = entries.map((entry) => [entry.isDirectory(), join(folder, entry.name)] as const);
  return [folder, ...paths.flatMap(([isFolder, path]) => (isFolder ? pathsBelow(path) : [path]))];
}
