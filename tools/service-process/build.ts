import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../command-line';
import { compile } from './compile';
import { withFileLock } from './file-lock';

export const projectRoot = resolve(__dirname, '../..');
export const serviceEntry = join(projectRoot, 'dist', 'main.js');

/** What a build is known by, and where it writes down that it has finished. */
export interface Build {
  readonly entry: string;
  readonly stamp: string;
}

const service: Build = { entry: serviceEntry, stamp: join(projectRoot, '.cache', 'build.stamp') };

export interface BuildOptions {
  /** Build as `npm run build` and the image do, for what must measure or test just that. It takes several times as long. */
  readonly asShipped?: boolean;
}

/**
 * Builds the service when its build is missing, unfinished or older than its sources. When several processes call this,
 * one builds and the others wait. Types are not checked, unless it is built as shipped.
 *
 * @throws CommandError when the sources do not compile
 */
export function buildWhenStale(log: (line: string) => void, { asShipped = false }: BuildOptions = {}): Promise<void> {
  return withFileLock(join(projectRoot, '.cache', 'build'), async () => {
    if (isCurrent(service, lastChange(), asShipped)) return;
    log('Building the service …');
    const begin = performance.now();
    rmSync(service.stamp, { force: true });
    if (asShipped) await buildAsShipped();
    else await compile(join(projectRoot, 'src'), dirname(serviceEntry));
    writeStamp(service, asShipped);
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    log(`Built in ${seconds} s.${asShipped ? '' : ' Types are not checked here: npm run check does.'}`);
  });
}

async function buildAsShipped(): Promise<void> {
  const nest = join(projectRoot, 'node_modules/@nestjs/cli/bin/nest.js');
  await promisify(execFile)(process.execPath, [nest, 'build'], { cwd: projectRoot }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new CommandError(`The service does not compile.\n${stdout}${stderr}`);
    },
  );
}

const stampOf = (asShipped: boolean, builtAt: number): string => `${asShipped ? 'shipped' : 'quick'} ${builtAt}`;

/** A process that was killed while it built has left files, but no stamp for them. */
export function isCurrent({ entry, stamp }: Build, sourcesChangedAt: number, asShipped = false): boolean {
  if (!existsSync(entry) || !existsSync(stamp)) return false;
  const builtAt = statSync(entry).mtimeMs;
  const accepted = (asShipped ? [true] : [true, false]).map((way) => stampOf(way, builtAt));
  return accepted.includes(readFileSync(stamp, 'utf8')) && builtAt >= sourcesChangedAt;
}

export function writeStamp({ entry, stamp }: Build, asShipped = false): void {
  writeFileSync(stamp, stampOf(asShipped, statSync(entry).mtimeMs));
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
