import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const shell = process.platform === 'win32';

/** Builds the library and packs it into that folder. @returns the tarball */
export async function packLibrary(folder: string): Promise<string> {
  const pack = ['pack', '--silent', '--workspace', 'nestjs-query-timing', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { shell });
  return join(folder, stdout.trim());
}

/**
 * Installs an application: the dependencies of its manifest, and the given packages, without running their scripts.
 * @param options more options of `npm install`
 */
export async function installApplication(
  source: string,
  application: string,
  packages: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  await cp(source, application, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error'];
  await run('npm', ['install', ...quiet, ...options, ...packages], { cwd: application, shell });
}
