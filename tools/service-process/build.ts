import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '../..');
export const serviceEntry = join(projectRoot, 'dist', 'main.js');

/** Builds the service when there is no build, or one that is older than its sources. @throws when they do not compile */
export function buildWhenStale(log: (line: string) => void): void {
  if (existsSync(serviceEntry) && statSync(serviceEntry).mtimeMs >= lastChange()) return;
  log('Building the service …');
  const nest = join(projectRoot, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The service does not build.\n${stdout}${stderr}`);
}

/** Of anything that goes into the build; milliseconds since the epoch. */
function lastChange(): number {
  const sources = readdirSync(join(projectRoot, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const manifests = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'].map((name) =>
    join(projectRoot, name),
  );
  return Math.max(...[...sources, ...manifests].map((file) => statSync(file).mtimeMs));
}
