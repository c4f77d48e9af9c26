import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Where packages go when nobody says otherwise; git does not see it. */
export const PACKAGE_CACHE = resolve(__dirname, '../../../.cache/debian');

/** The message stands on its own: what is missing, and what to do about it. */
export class PackagesUnavailable extends Error {
  override readonly name = 'PackagesUnavailable';
}

export interface UnpackOptions {
  /** Their libraries too, those that the machine does not have. */
  readonly withLibraries?: boolean;
  readonly cache?: string;
  /** Told of every step: a download takes a while. */
  readonly log?: (line: string) => void;
}

/** Debian, Ubuntu and what descends from them. */
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
 * Brings Debian packages without root: downloads them once and unpacks them into a cache of the project. Nothing is
 * installed. Several processes may ask at once; one that is interrupted leaves nothing that the next one trips over.
 *
 * @returns the folder that stands for `/`: programs are in its `usr/bin`
 * @throws PackagesUnavailable elsewhere than on Debian, or when a package cannot be had
 */
export async function unpackDebianPackages(
  packages: readonly string[],
  { withLibraries = false, cache = PACKAGE_CACHE, log = () => undefined }: UnpackOptions = {},
): Promise<string> {
  const target = join(cache, [distribution(), process.arch, ...packages].join('_'));
  if (existsSync(target)) return target;
  const names = packages.join(', ');
  if (!hasDebianPackages()) {
    throw new PackagesUnavailable(`Debian's packages ${names} cannot be unpacked: this is neither Debian nor Ubuntu.`);
  }
  log(`bringing Debian's ${names} into ${cache}, once; nothing is installed`);
  const errors: string[] = [];
  const script = join(__dirname, 'unpack.sh');
  const child = spawn('sh', [script, cache, target, withLibraries ? 'with-libraries' : 'alone', ...packages], {
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  createInterface(child.stdout).on('line', (line) => log(`  ${line}`));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const code = await new Promise((ended, failed) => child.once('close', ended).once('error', failed));
  if (code !== 0) throw new PackagesUnavailable(`Debian's ${names} cannot be had.\n${errors.join('\n')}`);
  return target;
}

/** Programs of one release do not run on every other: each has a folder of its own. */
function distribution(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([\\w.]+)`, 'm').exec(release)?.[1] ?? 'unknown';
  return `${field('ID')}-${field('VERSION_ID')}`;
}
