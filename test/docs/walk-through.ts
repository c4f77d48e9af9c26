import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import type { CodeBlock } from './pages';

/** The path of a TypeScript block of a walk-through, from its first line. */
export const fileNamedBy = ({ code }: CodeBlock): string | undefined => /^\/\/ ((?:src|test)\/\S+)\n/.exec(code)?.[1];

/** A copy of the checkout with its uncommitted changes, which shares its packages. */
export function copyOfCheckout(into: string): void {
  rmSync(into, { recursive: true, force: true });
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  for (const path of files.split('\n').filter((name) => name !== '' && name !== 'node_modules'))
    cpSync(path, join(into, path), { force: true });
  symlinkSync(resolve('node_modules'), join(into, 'node_modules'), 'junction');
}

/**
 * Applies a block: writes the file that it names, or replaces the only match of a diff.
 * @returns the path of the file
 */
export function apply(block: CodeBlock, root: string): string | undefined {
  const place = `${block.page}:${block.line}`;
  if (block.language === 'ts') {
    const path = fileNamedBy(block);
    if (path === undefined) throw new Error(`${place} names no file.`);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${block.code.slice(block.code.indexOf('\n') + 1)}\n`);
    return path;
  }
  if (block.language !== 'diff') return undefined;
  const [, path = '', body = ''] = /^--- (\S+)\n([^]*)$/.exec(block.code) ?? [];
  let text = readFileSync(join(root, path), 'utf8');
  for (const hunk of body.split(/^@@$\n?/m)) {
    const lines = hunk.replace(/\n$/, '').split('\n');
    const side = (without: string): string =>
      lines
        .filter((line) => !line.startsWith(without))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const [before, after] = [side('+'), side('-')];
    if (text.split(before).length !== 2) throw new Error(`${place}: ${path} does not contain exactly once:\n${before}`);
    text = text.replace(before, () => after);
  }
  writeFileSync(join(root, path), text);
  return path;
}
