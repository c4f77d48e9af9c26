import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../tools/command-line';
import type { Tree } from '../../tools/edits/tree';
import { missingPaths, sampleManifest } from './manifests';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/**
 * Checks everything that can be checked before anything changes.
 * @returns the current commit
 * @throws UsageError
 */
export function checkCheckout(root: string): string {
  const { template, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    template?: { name: string };
    engines: { node: string };
  };
  if (template) throw new UsageError(`This checkout is a service already: it was made from ${template.name}.`);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = engines.node.replace('>=', '').split('.').map(Number);
  if (major < minMajor || (major === minMajor && minor < minMinor))
    throw new UsageError(`Node ${process.versions.node} is too old: ${engines.node} is required.`);
  let commit: string;
  try {
    if (realpathSync(git(root, 'rev-parse', '--show-toplevel')) !== realpathSync(root)) throw new Error('not the root');
    commit = git(root, 'rev-parse', 'HEAD');
  } catch {
    throw new UsageError('This is not the root of a git checkout with a commit: clone the template first.');
  }
  const changes = git(root, 'status', '--porcelain').split('\n').filter(Boolean);
  if (changes.length > 0)
    throw new UsageError(`The work tree is not clean (${changes.length} changes): commit or remove them first.`);
  return commit;
}

/** @throws UsageError when the manifest of the sample has lines that mean nothing */
export function checkManifest(tree: Tree): void {
  const missing = missingPaths(tree, sampleManifest.paths);
  if (missing.length > 0)
    throw new UsageError(`maintainers/template/sample.json lists paths that do not exist: ${missing.join(', ')}.`);
}

/** Restores the last commit. The checkout was clean before, so every difference is ours. */
export function restore(root: string): void {
  git(root, 'checkout', '--quiet', 'HEAD', '--', '.');
  git(root, 'clean', '--quiet', '--force', '-d');
}
