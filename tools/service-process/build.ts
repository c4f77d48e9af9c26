import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../command-line';
import { withFileLock } from './file-lock';

export const projectRoot = resolve(__dirname, '../..');
export const serviceEntry = join(projectRoot, 'dist', 'main.js');

/** What a build is known by, and where it writes down that it has finished. */
export interface Build {
  readonly entry: string;
  readonly stamp: string;
}

const service: Build = { entry: serviceEntry, stamp: join(projectRoot, '.cache', 'build.stamp') };

/**
 * Builds the service when its build is missing, unfinished or older than its sources. When several processes call this,
 * one builds and the others wait.
 *
 * @throws CommandError when the sources do not compile
 */
export function buildWhenStale(log: (line: string) => void): Promise<void> {
  return withFileLock(join(projectRoot, '.cache', 'build'), async () => {
    if (isCurrent(service, lastChange())) return;
    log('Building the service …');
    rmSync(service.stamp, { force: true });
    const nest = join(projectRoot, 'node_modules/@nestjs/cli/bin/nest.js');
    await promisify(execFile)(process.execPath, [nest, 'build'], { cwd: projectRoot }).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => {
        throw new CommandError(`The service does not compile.\n${stdout}${stderr}`);
      },
    );
    writeStamp(service);
  });
}

/** A process that was killed while it built has left files, but no stamp for them. */
export function isCurrent({ entry, stamp }: Build, sourcesChangedAt: number): boolean {
  if (!existsSync(entry) || !existsSync(stamp)) return false;
  const builtAt = statSync(entry).mtimeMs;
  return readFileSync(stamp, 'utf8') === String(builtAt) && builtAt >= sourcesChangedAt;
}

export function writeStamp({ entry, stamp }: Build): void {
  writeFileSync(stamp, String(statSync(entry).mtimeMs));
}

/** In milliseconds since the epoch. A folder changes when a file of it is added or deleted. */
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
