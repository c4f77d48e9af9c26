import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dirname } from 'node:path/posix';

/**
 * Each rule of .dependency-cruiser.cjs has a tree under fixtures/architecture, named after the rule, in which exactly the
 * files with the comment `breaks the rule` (for a rule about folders: their folders) break that rule and no other. The
 * tree `allowed` breaks none.
 */
const fixtures = join(__dirname, 'fixtures/architecture');
const trees = readdirSync(fixtures);

interface Cruised {
  readonly rules: readonly string[];
  /** Those of the rules that are about folders. */
  readonly folderRules: readonly string[];
  readonly violations: Readonly<Record<string, readonly { readonly rule: string; readonly file: string }[]>>;
}

function cruise(folders: readonly string[]): Cruised {
  const args = [join(__dirname, 'cruise.mjs'), ...folders];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (!stdout) throw new Error(`dependency-cruiser printed no result: ${stderr}`);
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

  it('has exactly one failing fixture tree for every rule', () => {
    expect(trees.filter((tree) => tree !== 'allowed').sort()).toEqual([...cruised.rules].sort());
  });

  it.each(trees.filter((tree) => tree !== 'allowed'))('%s fails its fixture tree, and no other rule does', (rule) => {
    const files = filesThatBreakTheRule(join(fixtures, rule));
    expect(files).not.toEqual([]);
    const culprits = cruised.folderRules.includes(rule) ? files.map(dirname) : files;
    const found = (cruised.violations[join(fixtures, rule)] ?? []).map(
      (violation) => `${violation.rule} ${violation.file}`,
    );
    expect(new Set(found)).toEqual(new Set(culprits.map((file) => `${rule} ${file}`)));
  });

  it('passes a tree whose layers import only what they may', () => {
    expect(cruised.violations[join(fixtures, 'allowed')]).toEqual([]);
  });
});
