import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks } from './pages';
import { apply, copyOfCheckout } from './walk-through';

const PAGE = 'docs/guides/ADD-A-USE-CASE.md';

/** Checks the result of the page with the tools of `npm test`. */
describe('a checkout in which the guide to adding a use case was followed', () => {
  const root = mkdtempSync(join(tmpdir(), 'add-a-use-case-'));
  const changed: string[] = [];
  const run = async (program: string, ...args: string[]): Promise<string> => {
    const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } };
    return promisify(execFile)(process.execPath, [`node_modules/${program}`, ...args], options).then(
      ({ stdout, stderr }) => stdout + stderr,
      (failed: { stdout: string; stderr: string }) => Promise.reject(new Error(failed.stdout + failed.stderr)),
    );
  };
  beforeAll(() => {
    copyOfCheckout(root);
    for (const block of codeBlocks(PAGE)) changed.push(...[apply(block, root)].filter((path) => path !== undefined));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('compiles', async () => {
    const files = changed.map((path) => join(root, path));
    writeFileSync(
      join(root, 'tsconfig.changed.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [], files }),
    );
    await run('typescript-native/bin/tsc', '--noEmit', '-p', 'tsconfig.changed.json');
  }, 120_000);

  it('is formatted', async () => {
    await run('prettier/bin/prettier.cjs', '--check', ...changed);
  });

  it('passes the test of the use case', async () => {
    const output = await run('jest/bin/jest.js', '--selectProjects', 'unit', '--testPathPatterns', 'write-off-stock');
    expect(output).toContain('Tests:       3 passed, 3 total');
  }, 120_000);

  it('serves the use case over HTTP and documents it in OpenAPI', async () => {
    const names = 'more-than-in-stock|every operation|each operation|parameters that the server';
    const output = await run(
      'jest/bin/jest.js',
      ...'--selectProjects e2e --testPathPatterns'.split(' '),
      'e2e/(open-api|refusals)',
      '-t',
      names,
    );
    expect(output).toMatch(/Tests: .* 4 passed/);
  }, 120_000);
});
