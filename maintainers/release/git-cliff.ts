import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const project = resolve(__dirname, '../..');

/** git-cliff said no; the message is what it said. */
export class CliffError extends Error {
  override readonly name = 'CliffError';
}

/** Runs git-cliff by the rules of cliff.toml. @returns what it prints @throws CliffError */
export function gitCliff(options: readonly string[], cwd = process.cwd()): string {
  const program = join(project, 'node_modules/git-cliff/lib/cli/cli.js');
  const rules = ['--config', join(__dirname, 'cliff.toml'), '--offline'];
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...rules, ...options], {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new CliffError(reasonOf(stderr));
  return stdout.trim();
}

/** Its own lines, without the stack of what wraps it. */
function reasonOf(stderr: string): string {
  const lines = stderr.replace(/\u001b\[[\d;]*m/g, '').split('\n');
  return lines.filter((line) => /^\s*(ERROR|WARN)\b/.test(line)).join('\n');
}
