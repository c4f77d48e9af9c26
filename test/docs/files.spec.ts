import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { read } from './pages';

const PAGE = 'docs/FILES.md';

/** The files that git has or would add: a new file is missing here even before it is committed. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path));

const patterns = [...read(PAGE).matchAll(/^\| ((?:`[^`]+`(?:, )?)+) +\|/gm)].flatMap((match) =>
  [...match[1]!.matchAll(/`([^`]+)`/g)].map((name) => name[1]!),
);

/** A folder stands for the files directly inside, `*` for a part of a name, `**` at the end for a whole tree. */
function matcher(pattern: string): (path: string) => boolean {
  if (existsSync(pattern) && statSync(pattern).isDirectory()) return (path) => dirname(path) === pattern;
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*$/, '\0')
    .replaceAll('*', '[^/]*')
    .replace('\0', '.+');
  const expression = new RegExp(`^${source}$`);
  return (path) => expression.test(path);
}

const matchers = patterns.map((pattern) => ({ pattern, matches: matcher(pattern) }));

/** A line that covers more files says too little about them. */
const MAX_FILES = 50;

function isTooCoarse(pattern: string): boolean {
  const literal = pattern.split('/').findIndex((segment) => segment.includes('*'));
  if (pattern.endsWith('**')) return literal < 3;
  return literal === 0 || files.filter(matcher(pattern)).length > MAX_FILES;
}

describe('the index of files', () => {
  it('lists every file of the project on exactly one line', () => {
    const wrong = files
      .map((path) => [path, matchers.filter(({ matches }) => matches(path)).map(({ pattern }) => pattern)] as const)
      .filter(([, lines]) => lines.length !== 1);
    expect(wrong).toEqual([]);
  });

  it('has no line without a file', () => {
    expect(matchers.filter(({ matches }) => !files.some(matches)).map(({ pattern }) => pattern)).toEqual([]);
  });

  it('has no line that covers too many files', () => {
    expect(patterns.filter(isTooCoarse)).toEqual([]);
  });

  it.each(['src/**', 'src/query-timing/**', '*', 'docs/**', '*/*/*.ts'])('would reject %s', (pattern) => {
    expect(isTooCoarse(pattern)).toBe(true);
  });
});
