import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The default folder for packages; git ignores it. */
export const PACKAGE_CACHE = resolve(__dirname, '../../../.cache/debian');

/** The message says what is missing and what to do about it. */
export class PackagesUnavailableError extends Error {
  override readonly name: string = 'PackagesUnavailableError';
}

/** No package of this kind can be fetched on this system. */
export class WrongSystemError extends PackagesUnavailableError {
  override readonly name = 'WrongSystemError';
}

export interface UnpackOptions {
  /** Also unpack the dependencies that the machine does not have. */
  readonly withLibraries?: boolean;
  /**
   * A release of Debian, such as `trixie` or `sid`, whose packages and all of their dependencies to unpack on any Debian.
   * Start its programs with `programOf`: they need the C library of that release. Default: the machine's own release
   */
  readonly suite?: string;
  readonly cache?: string;
  /** Called for every step: a download takes a while. */
  readonly log?: (line: string) => void;
}

/** On Debian, Ubuntu and their derivatives. */
export function hasDebianPackages(path = process.env.PATH ?? ''): boolean {
  return ['apt-get', 'dpkg-deb', 'flock'].every((program) => findOnPath(program, path) !== undefined);
}

/** @returns where the program is, if a folder of the PATH has it */
export function findOnPath(program: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(':')
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((candidate) => existsSync(candidate));
}

/**
 * Downloads Debian packages without root, once, and unpacks them into the project's cache. Nothing is installed.
 * Several processes may call this concurrently; an interrupted call does not affect the next one.
 *
 * @returns the folder that corresponds to `/`: programs are in its `usr/bin`
 * @throws PackagesUnavailableError on other systems (then it is a WrongSystemError), or if a package could not be fetched
 */
export async function unpackDebianPackages(
  packages: readonly string[],
  { withLibraries = false, suite, cache = PACKAGE_CACHE, log = () => undefined }: UnpackOptions = {},
): Promise<string> {
  const { id, version } = distribution();
  const release = suite ? `debian-${suite}` : `${id}-${version}`;
  const target = join(cache, [release, process.arch, ...packages].join('_'));
  if (existsSync(target)) return target;
  const names = packages.join(', ');
  if (!hasDebianPackages()) {
    throw new WrongSystemError(`Cannot unpack the Debian packages ${names}: this system is neither Debian nor Ubuntu.`);
  }
  if (suite !== undefined && id !== 'debian') {
    throw new WrongSystemError(
      `Cannot unpack ${names} of Debian ${suite}: this system is ${id} ${version}, whose mirrors do not have it.`,
    );
  }
  log(`downloading the Debian packages ${names} into ${cache}, once; nothing is installed`);
  const errors: string[] = [];
  const script = join(__dirname, 'unpack.sh');
  const mode = suite ? `suite:${suite}` : withLibraries ? 'with-libraries' : 'alone';
  const child = spawn('sh', [script, cache, target, mode, ...packages], {
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  createInterface(child.stdout).on('line', (line) => log(`  ${line}`));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const code = await new Promise((ended, failed) => child.once('close', ended).once('error', failed));
  if (code !== 0)
    throw new PackagesUnavailableError(`Could not fetch the Debian packages ${names}.\n${errors.join('\n')}`);
  return target;
}

/** One cache folder per release: programs of one release may not run on another. */
function distribution(): { readonly id: string; readonly version: string } {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([\\w.]+)`, 'm').exec(release)?.[1] ?? 'unknown';
  return { id: field('ID'), version: field('VERSION_ID') };
}
