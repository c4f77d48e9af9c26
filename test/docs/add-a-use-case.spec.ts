import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks } from './pages';
import { apply, copyOfCheckout } from './walk-through';

const PAGE = 'docs/guides/ADD-A-USE-CASE.md';

/** The tests that the page has its reader run. */
const commands = codeBlocks(PAGE).filter(({ language, code }) => language === 'sh' && code.startsWith('npx jest '));

it('the guide to adding a use case has commands for its reader', () => {
  expect(commands).toHaveLength(2);
});

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
  }, 300_000);

  it('is formatted', async () => {
    await run('prettier/bin/prettier.cjs', '--check', ...changed);
  });

  it.each(commands)(
    'passes the command of the page: $code',
    async ({ code }) => {
      const [, program, ...args] = code.split(' ');
      await run(`${program}/bin/${program}.js`, ...args);
    },
    120_000,
  );
});
