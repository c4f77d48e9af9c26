import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '../../tools/edits/tree';
import { missingPaths, sampleManifest } from './manifests';

/** Something that whoever runs the command can put right; one line says what. */
export class Refusal extends Error {}

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/**
 * Everything that can be known to be wrong before anything is changed.
 * @returns the commit that the checkout stands at
 * @throws Refusal
 */
export function checkCheckout(root: string): string {
  const { template, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    template?: { name: string };
    engines: { node: string };
  };
  if (template) throw new Refusal(`This checkout is a service already: it was made from ${template.name}.`);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = engines.node.replace('>=', '').split('.').map(Number);
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor))
    throw new Refusal(`Node ${process.versions.node} is too old: ${engines.node} is needed.`);
  let commit: string;
  try {
    if (realpathSync(git(root, 'rev-parse', '--show-toplevel')) !== realpathSync(root)) throw new Error('not the root');
    commit = git(root, 'rev-parse', 'HEAD');
  } catch {
    throw new Refusal('This is not the root of a git checkout with a commit: clone the template first.');
  }
  const changes = git(root, 'status', '--porcelain').split('\n').filter(Boolean);
  if (changes.length > 0)
    throw new Refusal(`The work tree is not clean (${changes.length} changes): commit or remove them first.`);
  return commit;
}

/** @throws Refusal when the manifest of the sample has lines that mean nothing */
export function checkManifest(tree: Tree): void {
  const missing = missingPaths(tree, sampleManifest.paths);
  if (missing.length > 0)
    throw new Refusal(`maintainers/template/sample.json lists what is not there: ${missing.join(', ')}.`);
}

/** As it was at its commit. Everything else was clean before, so whatever differs is ours. */
export function restore(root: string): void {
  git(root, 'checkout', '--quiet', 'HEAD', '--', '.');
  git(root, 'clean', '--quiet', '--force', '-d');
}
