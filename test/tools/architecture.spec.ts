import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Each rule of .dependency-cruiser.cjs has a tree under fixtures/architecture, named like the rule, in which exactly the
 * files with the comment `breaks the rule` break that rule and no other. The tree `allowed` breaks none.
 */
const fixtures = join(__dirname, 'fixtures/architecture');
const trees = readdirSync(fixtures);

interface Cruised {
  readonly rules: readonly string[];
  readonly violations: Readonly<Record<string, readonly { readonly rule: string; readonly file: string }[]>>;
}

function cruise(folders: readonly string[]): Cruised {
  const args = [join(__dirname, 'cruise.mjs'), ...folders];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (!stdout) throw new Error(`dependency-cruiser said nothing but: ${stderr}`);
  return JSON.parse(stdout) as Cruised;
}

function filesThatBreakTheRule(tree: string): string[] {
  return readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .map((name) => join(tree, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path, 'utf8').includes('// breaks the rule'))
    .map((path) => relative(tree, path).replaceAll('\\', '/'))
    .sort();
}

describe('the architecture', () => {
  let cruised: Cruised;

  beforeAll(() => {
    cruised = cruise(trees.map((tree) => join(fixtures, tree)));
  }, 60_000);

  it('has a tree that must fail for every rule, and no other', () => {
    expect(trees.filter((tree) => tree !== 'allowed').sort()).toEqual([...cruised.rules].sort());
  });

  it.each(trees.filter((tree) => tree !== 'allowed'))('fails the tree %s by that rule alone', (rule) => {
    const files = filesThatBreakTheRule(join(fixtures, rule));
    expect(files).not.toEqual([]);
    const found = cruised.violations[join(fixtures, rule)] ?? [];
    expect(new Set(found)).toEqual(new Set(files.map((file) => ({ rule, file }))));
  });

  it('passes a tree whose layers import what they may', () => {
    expect(cruised.violations[join(fixtures, 'allowed')]).toEqual([]);
  });
});
