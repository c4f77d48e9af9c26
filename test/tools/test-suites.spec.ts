import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

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
    const run = list.flatMap((line) => /--selectProjects (\S+)/.exec(line)?.[1] ?? []);
    expect(run.sort()).toEqual(projects.filter((name) => !BY_COMMAND.includes(name)).sort());
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
