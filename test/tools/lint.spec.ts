import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/**
 * Lints the fixtures with the project's own configuration, as if their folder were the project. A comment
 * `// expect: rule, rule` names what must be reported on its line, `// expect next: …` on the line that follows;
 * anything else that is reported, anywhere, is a false alarm.
 *
 * ESLint runs as a child process: it loads its configuration by `import()`, which Jest does not offer.
 */
const project = resolve(__dirname, '../..');
const fixtures = join(__dirname, 'fixtures/lint');

interface LintedFile {
  readonly filePath: string;
  readonly source?: string;
  readonly messages: readonly Message[];
}

interface Message {
  readonly line: number;
  readonly ruleId: string | null;
  readonly message: string;
  readonly fix?: { readonly range: readonly [number, number]; readonly text: string };
}

function lint(): LintedFile[] {
  const eslint = join(project, 'node_modules/eslint/bin/eslint.js');
  const args = [eslint, '--config', join(project, 'eslint.config.mjs'), '--format', 'json', '.'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: fixtures, encoding: 'utf8' });
  if (!stdout) throw new Error(`ESLint printed no result: ${stderr}`);
  return JSON.parse(stdout) as LintedFile[];
}

function expectedIn(file: string): string[] {
  return readFileSync(join(fixtures, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const [, next, rules] = /\/\/ expect( next)?: (.+)$/.exec(text) ?? [];
      return (rules?.split(', ') ?? []).map((rule) => `line ${index + (next ? 2 : 1)}: ${rule}`);
    });
}

/** The text after all fixes of the rules. */
const fixed = ({ source = '', messages }: LintedFile): string =>
  messages.reduceRight(
    (text, { fix }) => (fix ? text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]) : text),
    source,
  );

const sorted = (lines: Iterable<string>): string[] => [...new Set(lines)].sort();

const ignoredResults = [
  ['in a statement, chained, cast or voided', 'src/ignored-results/statements.ts'],
  ['that was awaited', 'src/ignored-results/awaited.ts'],
  ['after an operator', 'src/ignored-results/operators.ts'],
  ['of a callback whose receiver wants nothing back', 'src/ignored-results/callbacks.ts'],
  ['in a collection', 'src/ignored-results/collections.ts'],
  ['by its declaration, under whatever name', 'src/ignored-results/types.ts'],
  ['that is only asked for its truth', 'src/ignored-results/truthiness.ts'],
  ['in a variable that is never read', 'src/ignored-results/unread.ts'],
  ['that is all a test does', 'test/results.ts'],
] as const;

const otherFaults = [
  ['anything of Nest but Injectable in the application', 'src/application/nest.ts'],
  ['a chain of Results in a chain', 'src/application/chains.ts'],
  ['a step that is not awaited before its value is asked for', 'src/application/steps.ts'],
  ['a release that no Err reaches', 'src/application/released.ts'],
  ['a clock, chance, or a missing return type in the domain', 'src/domain/time-and-chance.ts'],
  ['forgotten promises, any, console and forgotten kinds', 'src/anywhere/promises.ts'],
  ['types imported as values', 'src/anywhere/imports.ts'],
  ['focused and skipped tests', 'test/focused.ts'],
  ['globals that fake timers replace, in the library', 'src/query-timing/probe.ts'],
] as const;

const goodCode = [
  ['Results that are matched, unwrapped, returned, asked or kept', 'src/used-results/consumed.ts'],
  ['callbacks whose receiver takes the Result', 'src/used-results/callbacks.ts'],
  ['types of other packages that share the names', 'src/used-results/namesakes.ts'],
  ['classes imported for injection, which types alone cannot do', 'src/application/injectable.ts'],
  ['what the other fixtures import', 'src/application/clock.ts'],
  ['functions that return Results', 'src/orders.ts'],
  ['the file in which the library binds them', 'src/query-timing/globals.ts'],
  ['console output of the entry point', 'src/main.ts'],
] as const;

describe('the lint, over its fixtures', () => {
  let linted: LintedFile[];
  let reported: Map<string, string[]>;

  beforeAll(() => {
    linted = lint();
    reported = new Map(
      linted.map(({ filePath, messages }) => [
        relative(fixtures, filePath).replaceAll('\\', '/'),
        messages.map(({ line, ruleId, message }) => `line ${line}: ${ruleId?.replace(/^.*\//, '') ?? message}`),
      ]),
    );
  }, 60_000);

  it('looks at the files listed here and at no others', () => {
    const listed = [...ignoredResults, ...otherFaults, ...goodCode].map(([, file]) => file);
    expect([...reported.keys()].sort()).toEqual(listed.sort());
  });

  describe('reports an ignored Result', () => {
    it.each(ignoredResults)('%s', (_, file) => {
      const expected = expectedIn(file);
      expect(expected).not.toEqual([]);
      expect(sorted(reported.get(file) ?? [])).toEqual(sorted(expected));
    });
  });

  describe('reports', () => {
    it.each(otherFaults)('%s', (_, file) => {
      const expected = expectedIn(file);
      expect(expected).not.toEqual([]);
      expect(sorted(reported.get(file) ?? [])).toEqual(sorted(expected));
    });
  });

  it('fixes a step that is not awaited, whatever follows the yield', () => {
    const steps = linted.find(({ filePath }) => filePath.endsWith('steps.ts'))!;
    const yields = [...fixed(steps).matchAll(/yield\* (.+?);? \/\/ expect/g)].map(([, step]) => step);
    expect(yields).toEqual([
      'await save(1)',
      'await (first ?? save(2))',
      'await save(id).andThen(cancel)',
      'await either',
    ]);
  });

  describe('is silent about', () => {
    it.each(goodCode)('%s', (_, file) => {
      expect(reported.get(file)).toEqual([]);
    });
  });
});
