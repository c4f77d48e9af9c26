import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { valid } from 'semver';
import { CommandError } from '../../tools/command-line';

const cache = resolve(__dirname, '../../.cache/nodes');

/**
 * Installs Node from npm, where there is a package for each platform.
 * @param version such as 24.21.0, or 24 for the newest of these
 * @returns the program, in the project's cache
 * @throws CommandError when npm has no package for this platform, or is unavailable
 */
export function bringNode(version: string): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(cache, version);
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (valid(version) && existsSync(node)) return node;
  const install = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { status, stderr } = spawnSync('npm', [...install, `${name}@${version}`], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new CommandError(`Could not install Node ${version} (${name}).\n${stderr}`);
  return node;
}
