import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The runner, over suites that are one line of JavaScript each. */
const runner = join(__dirname, '../../tools/run-tests.mjs');
const withSuites = `
  import { runTests } from '${pathToFileURL(runner).href}';
  process.exitCode = await runTests(JSON.parse(process.argv[1]), process.argv.slice(2));`;

interface Suite {
  readonly name: string;
  readonly run: readonly string[];
  readonly budgetSeconds: number;
}

const aSuite = (name: string, script: string, budgetSeconds = 60): Suite => ({
  name,
  run: ['-e', script],
  budgetSeconds,
});
const passing = (name: string): Suite => aSuite(name, `console.log('${name} says hello')`);
const failing = (name: string, exitCode: number): Suite => aSuite(name, `process.exit(${exitCode})`);

const command = (suites: readonly Suite[], args: readonly string[]): string[] => [
  '--input-type=module',
  '--eval',
  withSuites,
  '--',
  JSON.stringify(suites),
  ...args,
];

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly lastLine: string | undefined;
}

function runTests(suites: readonly Suite[], ...args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, command(suites, args), {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, output: stdout, errors: stderr, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

/** Collects what a process prints, and waits for a line of it. */
async function printed(child: ChildProcess, text: string): Promise<() => string> {
  let output = '';
  await new Promise<void>((seen, lost) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) seen();
    });
    child.once('exit', () => lost(new Error(`ended without saying '${text}': ${output}`)));
  });
  return () => output;
}

describe('the test runner', () => {
  it('runs every suite and says so in its last line', () => {
    const run = runTests([passing('one'), passing('two')]);
    expect(run.output).toMatch(/one says hello[^]*two says hello/);
    expect(run.output).toMatch(/^one +\d+\.\d +60 +passed$/m);
    expect(run.output).toMatch(/^two +\d+\.\d +60 +passed$/m);
    expect(run.lastLine).toBe('2 passed, 0 failed');
    expect(run.code).toBe(0);
  });

  it('stops at the first failure, keeps its exit code and names what did not run', () => {
    const run = runTests([passing('one'), failing('two', 7), passing('three')]);
    expect(run.output).not.toContain('three says hello');
    expect(run.output).toMatch(/^one .* passed$/m);
    expect(run.output).toMatch(/^two .* failed: exit code 7$/m);
    expect(run.output).toMatch(/^three +- +60 +not run$/m);
    expect(run.lastLine).toBe('1 passed, 1 failed');
    expect(run.code).toBe(7);
  });

  it('counts a suite that was killed as failed', () => {
    const run = runTests([aSuite('one', `process.kill(process.pid, 'SIGKILL')`)]);
    expect(run.output).toMatch(/^one .* stopped by SIGKILL$/m);
    expect(run.code).toBe(128 + 9);
  });

  it('warns of a suite over its budget', () => {
    const run = runTests([aSuite('slow', 'setTimeout(() => {}, 1000)', 1)]);
    expect(run.output).toMatch(/^warning: slow took \d\.\d s of the 1 s it may$/m);
    expect(run.code).toBe(0);
  });

  it('stops and fails a suite at three times its budget', () => {
    const run = runTests([aSuite('endless', 'setTimeout(() => {}, 30_000)', 0.1), passing('next')]);
    expect(run.output).toMatch(/^endless .* failed: not done after 3 times its budget$/m);
    expect(run.output).toMatch(/^next .* not run$/m);
    expect(run.code).toBe(1);
  });

  it('runs only the suites that are asked for, in the order of the list', () => {
    const run = runTests([passing('one'), passing('two'), passing('three')], '--only', 'three,one');
    expect(run.output).toMatch(/one says hello[^]*three says hello/);
    expect(run.output).not.toContain('two');
    expect(run.lastLine).toBe('2 passed, 0 failed');
  });

  it.each([
    ['an unknown suite', ['--only', 'one,tow'], "run-tests: no such suite: 'tow' (there are: one)\n"],
    ['an unknown option', ['--olny', 'one'], "run-tests: Unknown option '--olny'\n"],
    ['a suite without --only', ['one'], expect.stringMatching(/^run-tests: Unexpected argument 'one'.*\n$/)],
  ])('answers %s with one line and runs nothing', (_, args, line) => {
    const run = runTests([passing('one')], ...args);
    expect(run.errors).toEqual(line);
    expect(run.output).toBe('');
    expect(run.code).toBe(2);
  });

  it('passes one SIGINT on to each process of the suite, waits for it, and ends as interrupted', async () => {
    const server = `
      let interrupts = 0;
      const drain = () => { console.log('drained after', interrupts); process.exit(0); };
      process.on('SIGINT', () => { interrupts += 1; setTimeout(drain, 50); });
      setTimeout(() => {}, 30_000);
      console.log('ready');`;
    const suite = aSuite(
      'server',
      `process.on('SIGINT', () => {});
       const options = { stdio: 'inherit' };
       const server = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}], options);
       server.once('exit', (code) => process.exit(code));`,
    );
    const child = spawn(process.execPath, command([suite, passing('next')], []), {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const output = await printed(child, 'ready');
    // As a terminal does: to each process of the foreground group.
    process.kill(-child.pid!, 'SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(output()).toMatch(/drained after 1\n/);
    expect(output()).toMatch(/^server .* stopped by SIGINT$/m);
    expect(output()).toMatch(/^next .* not run$/m);
    expect(code).toBe(128 + 2);
  });

  describe('of this project', () => {
    const ask = (...args: string[]): string =>
      spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8' }).stdout;
    const list = ask('--list').trimEnd().split('\n');

    it('knows the suites that the quick check asks for', () => {
      expect(list.map((line) => line.split(':')[0])).toEqual(
        expect.arrayContaining(['typecheck', 'lint', 'architecture', 'unit', 'contract', 'database', 'e2e']),
      );
    });

    it('has budgets that stay within ten minutes together', () => {
      const budgets = list.map((line) => Number(/\((\d+) s\)$/.exec(line)?.[1]));
      expect(budgets.reduce((sum, budget) => sum + budget, 0)).toBeLessThanOrEqual(600);
    });

    it('explains itself', () => {
      expect(ask('--help')).toMatch(/--only[^]*--list[^]*--help/);
    });
  });
});
