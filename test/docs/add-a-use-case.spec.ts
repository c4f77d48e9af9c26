import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks, type CodeBlock } from './pages';
import { apply, copyOfCheckout } from './walk-through';

const PAGE = 'docs/guides/ADD-A-USE-CASE.md';

/** The commands that the page has its reader run, before `npm start`. */
const isCommand = ({ language, code }: CodeBlock): boolean => language === 'sh' && /^np(?:x jest|m run) /.test(code);
const tests = codeBlocks(PAGE).filter((block) => isCommand(block) && block.code.startsWith('npx jest '));

it('the guide to adding a use case has commands for its reader', () => {
  expect(codeBlocks(PAGE).filter(isCommand).length).toBe(tests.length + 1);
  expect(tests).toHaveLength(2);
});

/** Checks the result of the page with the tools of `npm test`. */
describe('a checkout in which the guide to adding a use case was followed', () => {
  const root = mkdtempSync(join(tmpdir(), 'add-a-use-case-'));
  const changed = new Set<string>();
  const run = async (...args: string[]): Promise<string> => {
    const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } };
    return promisify(execFile)(process.execPath, args, options).then(
      ({ stdout, stderr }) => stdout + stderr,
      (failed: { stdout: string; stderr: string }) => Promise.reject(new Error(failed.stdout + failed.stderr)),
    );
  };

  /** Runs a script of the project with the arguments of the page, and notes which files it reports. */
  async function runScript(code: string): Promise<void> {
    const [, , script, , ...args] = code.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const output = await run(...scripts[script!]!.split(' ').slice(1), ...args);
    for (const [, path] of output.matchAll(/^(?:add|change) +(\S+)$/gm)) changed.add(path!);
  }

  beforeAll(async () => {
    copyOfCheckout(root);
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    for (const block of codeBlocks(PAGE)) {
      if (isCommand(block) && block.code.startsWith('npm run ')) await runScript(block.code);
      const path = apply(block, root);
      if (path !== undefined) changed.add(path);
    }
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('compiles', async () => {
    const files = [...changed].filter((path) => path.endsWith('.ts')).map((path) => join(root, path));
    writeFileSync(
      join(root, 'tsconfig.changed.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [], files }),
    );
    await run('node_modules/typescript-native/bin/tsc', '--noEmit', '-p', 'tsconfig.changed.json');
  }, 300_000);

  it('is formatted', async () => {
    await run('node_modules/prettier/bin/prettier.cjs', '--check', ...changed);
  });

  it.each(tests)(
    'passes the command of the page: $code',
    async ({ code }) => {
      const [, program, ...args] = code.split(' ');
      await run(`node_modules/${program}/bin/${program}.js`, ...args);
    },
    120_000,
  );
});
