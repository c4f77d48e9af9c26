import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const list = execFileSync(process.execPath, ['tools/run-tests.mjs', '--list'], { encoding: 'utf8' })
  .trimEnd()
  .split('\n');

/** Projects that need more than npm ci, and run with a separate command. */
const BY_COMMAND = ['browser', 'compatibility', 'fork', 'image', 'kubernetes', 'servers'];

describe('npm test', () => {
  it('has the suites that a first look asks for', () => {
    expect(list.map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['typecheck', 'lint', 'architecture', 'unit', 'contract', 'database', 'e2e']),
    );
  });

  it('runs every Jest project that has no separate command', () => {
    const names = `require('./jest.config.js').projects.map(({ displayName }) => displayName)`;
    const projects = JSON.parse(
      execFileSync(process.execPath, ['--print', `JSON.stringify(${names})`], { encoding: 'utf8' }),
    ) as string[];
    const run = list.flatMap(
      (line) => /--selectProjects ([a-z][\w-]*(?: [a-z][\w-]*)*)/.exec(line)?.[1]!.split(' ') ?? [],
    );
    expect(run.sort()).toEqual(projects.filter((name) => !BY_COMMAND.includes(name)).sort());
  });

  it('runs no generated input in npm run check', () => {
    const { check } = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
    const quick = execFileSync(process.execPath, [...check!.split(' ').slice(1), '--list'], { encoding: 'utf8' });
    expect(quick).toContain('--selectProjects unit');
    expect(quick).not.toContain('fuzz');
  });

  it('leaves no test file out', () => {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'test/**.spec.ts'], {
      encoding: 'utf8',
    });
    const jest = ['node_modules/jest/bin/jest.js', '--listTests', '--json'];
    const listed = JSON.parse(execFileSync(process.execPath, jest, { encoding: 'utf8' })) as string[];
    const paths = listed.map((path) => path.slice(process.cwd().length + 1).replaceAll('\\', '/'));
    // What a fork has removed and not committed yet is still listed.
    const expected = files
      .trimEnd()
      .split('\n')
      .filter((path) => existsSync(path) && !path.includes('/fixtures/'));
    expect(paths.sort()).toEqual(expected.sort());
  });

  it('has budgets that stay within fifteen minutes together, on two cores', () => {
    const coreSeconds = list.map((line) => {
      const [, cores, seconds] = /\((\d) cores?, (\d+) s\)$/.exec(line)!;
      return Number(cores) * Number(seconds);
    });
    expect(coreSeconds.reduce((sum, budget) => sum + budget, 0)).toBeLessThanOrEqual(2 * 900);
  });
});

describe('a test in CI', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'retry-'));
    writeFileSync(
      join(folder, 'retried.spec.js'),
      `let attempts = 0;
       it('fails once', () => { attempts += 1; if (attempts === 1) throw new Error('the first attempt'); });
       it('fails always', () => { throw new Error('each attempt'); });`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @returns the exit code and the output of the tests of the folder whose name matches */
  const run = (name: string) => {
    const config = { rootDir: folder, transform: {}, setupFilesAfterEnv: [resolve('test/support/retry-in-ci.ts')] };
    const jest = ['node_modules/jest/bin/jest.js', '--config', JSON.stringify(config), '--testNamePattern', name];
    const { status, stdout, stderr } = spawnSync(process.execPath, jest, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  it('that fails once passes, and its error is printed', () => {
    const { status, output } = run('fails once');
    expect(status).toBe(0);
    expect(output).toContain('the first attempt');
  });

  it('that fails twice fails', () => {
    expect(run('fails always').status).toBe(1);
  });

  it.each([
    ['is tried again where CI is set', 'true', 1],
    ['is tried once elsewhere', '', 0],
  ])('%s', (_, CI, files) => {
    const script = `JSON.stringify(require('./jest.config.js').projects.map((one) => one.setupFilesAfterEnv.filter((file) => file.endsWith('/retry-in-ci.ts')).length))`;
    const env = { ...process.env, CI };
    const numbers = JSON.parse(execFileSync(process.execPath, ['--print', script], { encoding: 'utf8', env }));
    expect(new Set(numbers)).toEqual(new Set([files]));
  });
});
