import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findingsIn } from './plain-english/check';

/** The list and its test quote the words that they look for. */
const QUOTED = ['test/docs/plain-english/words.ts', 'test/docs/plain-english.spec.ts'];
const READ_BY_PEOPLE = /\.(?:md|[cm]?[jt]s|ya?ml|json|toml|tmpl|sh|env)$|Dockerfile$|^\.(?:ci|githooks)\//;
const GENERATED = ['package-lock.json'];

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => READ_BY_PEOPLE.test(path) && existsSync(path))
  .filter((path) => !QUOTED.includes(path) && !GENERATED.includes(path));

const wordsIn = (path: string, content: string): string[] => findingsIn(path, content).map(({ found }) => found);

describe('the word list', () => {
  it('finds nothing in the pages, comments, messages and names of the project', () => {
    const findings = files.flatMap((path) =>
      findingsIn(path, readFileSync(path, 'utf8')).map(
        ({ line, found, write }) => `${path}:${line}: "${found}" → ${write}`,
      ),
    );
    expect(findings.join('\n')).toBe('');
  });

  it('reports the line and a replacement', () => {
    expect(findingsIn('page.md', '# Title\n\nThis holds for\nwhoever calls.\n')).toEqual([
      { line: 4, found: 'whoever', write: 'the caller, anyone who, or name the actor' },
    ]);
  });

  it('reads pages and YAML as a whole, also across lines and list markers', () => {
    expect(wordsIn('page.md', 'It stops at\nonce.')).toEqual(['at once']);
    expect(wordsIn('rules.yml', '# Runs at\n# once.\nsummary: Nobody is told')).toEqual(['at once', 'Nobody', 'told']);
  });

  it('ignores where links lead', () => {
    expect(wordsIn('page.md', '[ADR](written-at-once.md) and [this](somebody/told)')).toEqual([]);
  });

  it.each([
    ['a line comment', '// Runs at\n// once.\nrun();'],
    ['a block comment', '/**\n * Runs at\n * once.\n */\nrun();'],
    ['a string', "log('stops at once');"],
    ['a template', `log(\`stops \${what} at once\`);`],
    ['a template in a template', `log(\`a \${\`stops at once\`} b\`);`],
    ['a regular expression', 'expect(log).toMatch(/stops at once/);'],
    ['the name of a test', "it('stops at once', () => undefined);"],
    ['a comment after a URL', "get('http://example.org'); // at once"],
  ])('reads %s of a script', (_, content) => {
    expect(wordsIn('file.ts', content)).toEqual(['at once']);
  });

  it('reads the names that a script declares', () => {
    const declared = 'const MOST_KEYS = 1; function tellAll(believed: string) {} class Nobody { answer() {} }';
    expect(wordsIn('file.ts', declared)).toEqual(['MOST_KEYS', 'tellAll', 'believed', 'Nobody', 'answer']);
  });

  it.each([
    ['what it imports', "import { whoever } from 'told/at once';"],
    ['what it uses of others', 'dns.answer(whoever);'],
    ['what it takes out of an object of others', 'const { answer } = dns;'],
  ])('ignores %s', (_, content) => {
    expect(wordsIn('file.ts', content)).toEqual([]);
  });

  it.each([
    'There is none. Are there none?',
    'It runs so much code that V8 gives up, so long as it may.',
    'A folder stands for its files and stands out.',
    'It runs behind a proxy, waits behind another statement and leaves nothing behind.',
    'Once a second, ten requests per second, 600 a minute.',
    'The promise rejects; every promise costs.',
  ])('leaves plain English alone: %s', (sentence) => {
    expect(wordsIn('page.md', sentence)).toEqual([]);
  });
});
