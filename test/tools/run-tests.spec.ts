import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The runner, over suites that are one line of JavaScript each. */
const runner = join(__dirname, '../../tools/run-tests.mjs');
const withSuites = `
  import { runTests } from '${pathToFileURL(runner).href}';
  const { budgetSeconds, cores, suites } = JSON.parse(process.argv[1]);
  process.exitCode = await runTests({ budgetSeconds, cores, suites }, process.argv.slice(2));`;

interface Suite {
  readonly name: string;
  readonly run: readonly string[];
  readonly cores: number;
  readonly budgetSeconds: number;
  readonly skipped?: string;
}

interface Plan {
  readonly suites: readonly Suite[];
  readonly budgetSeconds: number;
  readonly cores: number;
}

const aSuite = (name: string, script: string, more: Partial<Suite> = {}): Suite => ({
  name,
  run: ['-e', script],
  cores: 2,
  budgetSeconds: 60,
  ...more,
});
const passing = (name: string): Suite => aSuite(name, `console.log('${name} says hello')`);
const failing = (name: string, exitCode: number): Suite => aSuite(name, `process.exit(${exitCode})`);

const onTwoCores = (suites: readonly Suite[], more: Partial<Plan> = {}): Plan => ({
  suites,
  cores: 2,
  budgetSeconds: 600,
  ...more,
});

const command = (plan: Plan, args: readonly string[] = []): string[] => [
  '--input-type=module',
  '--eval',
  withSuites,
  '--',
  JSON.stringify(plan),
  ...args,
];

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly lastLine: string | undefined;
}

const running =
  (CI: string) =>
  (suites: readonly Suite[] | Plan, ...args: string[]): Run => {
    const plan = 'suites' in suites ? suites : onTwoCores(suites);
    const { status, stdout, stderr } = spawnSync(process.execPath, command(plan, args), {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, CI },
    });
    return { code: status, output: stdout, errors: stderr, lastLine: stdout.trimEnd().split('\n').at(-1) };
  };
const runTests = running('');
const runTestsInCi = running('true');

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
    const run = runTests([aSuite('slow', 'setTimeout(() => {}, 1000)', { budgetSeconds: 1 })]);
    expect(run.output).toMatch(/^warning: slow took \d\.\d s, its budget is 1 s$/m);
    expect(run.code).toBe(0);
  });

  it('warns when all suites together are over the budget of the whole', () => {
    const run = runTests(onTwoCores([passing('one'), passing('two')], { budgetSeconds: 0.01 }));
    expect(run.output).toMatch(/^the whole +\d+\.\d +0.01$/m);
    expect(run.output).toMatch(/^warning: the whole took \d+\.\d s, its budget is 0.01 s$/m);
    expect(run.output).not.toMatch(/^warning: (?:one|two)/m);
    expect(run.code).toBe(0);
  });

  it('stops and fails a suite at three times its budget in CI', () => {
    const run = runTestsInCi([
      aSuite('endless', 'setTimeout(() => {}, 30_000)', { budgetSeconds: 0.1 }),
      passing('next'),
    ]);
    expect(run.output).toMatch(/^endless .* failed: not finished after 3 times its budget$/m);
    expect(run.output).toMatch(/^next .* not run$/m);
    expect(run.code).toBe(1);
  });

  it('only warns of a suite at three times its budget elsewhere', () => {
    const run = runTests([aSuite('slow', 'setTimeout(() => {}, 1000)', { budgetSeconds: 0.1 })]);
    expect(run.output).toMatch(/^slow +\d\.\d +0.1 +passed$/m);
    expect(run.output).toMatch(/^warning: slow took/m);
    expect(run.code).toBe(0);
  });

  it('lets a suite take its time in CI when asked to', () => {
    const run = runTestsInCi([aSuite('slow', 'setTimeout(() => {}, 1000)', { budgetSeconds: 0.1 })], '--no-limit');
    expect(run.output).toMatch(/^slow +\d\.\d +0.1 +passed$/m);
    expect(run.code).toBe(0);
  });

  it('runs a suite that is skipped only when it is named, and says why', () => {
    const suites = [passing('one'), { ...passing('two'), skipped: 'skipped: it is as it was' }];
    const all = runTests(suites);
    expect({ code: all.code, lastLine: all.lastLine }).toEqual({ code: 0, lastLine: '1 passed, 0 failed' });
    expect(all.output).toMatch(/^two +- +60 +skipped: it is as it was$/m);
    expect(all.output).not.toContain('two says hello');
    expect(runTests(suites, '--only', 'two').output).toContain('two says hello');
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
  ])('prints one line for %s and runs nothing', (_, args, line) => {
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
    const child = spawn(process.execPath, command(onTwoCores([suite, passing('next')])), {
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

  describe('with suites that use one core', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'run-tests-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const small = (name: string, script: string): Suite => aSuite(name, script, { cores: 1 });
    /** JavaScript that creates a file, which other suites wait for. */
    const touch = (name: string): string => `require('node:fs').writeFileSync('${join(folder, name)}', '');`;
    const waitFor = (name: string, then: string): string =>
      `const waiting = setInterval(() => {
         if (!require('node:fs').existsSync('${join(folder, name)}')) return;
         clearInterval(waiting);
         ${then}
       }, 10);`;

    it('runs two suites concurrently, and prints their output one after the other', () => {
      const run = runTests([
        small('one', `console.log('one begins'); ${touch('one')} ${waitFor('two', "console.log('one ends');")}`),
        small('two', `console.log('two begins'); ${waitFor('one', `console.log('two ends'); ${touch('two')}`)}`),
      ]);
      expect(run.output).toMatch(/^\n── one\none begins\none ends\n\n── two\ntwo begins\ntwo ends\n\nsuite/);
      expect(run.lastLine).toBe('2 passed, 0 failed');
    });

    it('shows the second live from the end of the first on', async () => {
      const suites = [
        small('one', waitFor('two', '')),
        small('two', `console.log('kept'); ${touch('two')} ${waitFor('seen', "console.log('live');")}`),
      ];
      const child = spawn(process.execPath, command(onTwoCores(suites)), { stdio: ['ignore', 'pipe', 'inherit'] });
      const output = await printed(child, 'kept');
      writeFileSync(join(folder, 'seen'), '');
      await once(child, 'close');
      expect(output()).toMatch(/── two\nkept\nlive\n/);
    });

    it('keeps the order of the list: what needs both cores waits, and what follows waits for it', () => {
      const entered = (name: string) =>
        `require('node:fs').appendFileSync('${join(folder, 'log')}', '+${name}');
         process.on('exit', () => require('node:fs').appendFileSync('${join(folder, 'log')}', '-${name}'));
         setTimeout(() => {}, 100);`;
      const run = runTests([
        small('one', entered('one')),
        aSuite('two', entered('two')),
        small('three', entered('three')),
      ]);
      expect(run.lastLine).toBe('3 passed, 0 failed');
      expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('+one-one+two-two+three-three');
    });

    it.each<[string, Partial<Plan>, string[]]>([
      ['when asked for', {}, ['--serial']],
      ['on one core', { cores: 1 }, []],
    ])('runs one after another %s', (_, plan, args) => {
      const alone = `if (require('node:fs').existsSync('${join(folder, 'busy')}')) process.exit(1);
        ${touch('busy')} setTimeout(() => require('node:fs').rmSync('${join(folder, 'busy')}'), 200);`;
      const suites = [small('one', alone), small('two', alone), aSuite('three', alone)];
      expect(runTests(onTwoCores(suites, plan), ...args).lastLine).toBe('3 passed, 0 failed');
    });

    it('stops the other suite after a failure, prints its output, and names the one that failed', () => {
      const run = runTests([
        small('one', `console.log('one begins'); ${touch('one')} setTimeout(() => {}, 30_000);`),
        small('two', waitFor('one', "console.log('two is broken'); process.exit(7);")),
        passing('three'),
      ]);
      expect(run.output).toMatch(/one begins[^]*two is broken/);
      expect(run.output).toMatch(/^one .* stopped: two failed$/m);
      expect(run.output).toMatch(/^two .* failed: exit code 7$/m);
      expect(run.output).toMatch(/^three .* not run$/m);
      expect(run.lastLine).toBe('0 passed, 1 failed, 1 stopped');
      expect(run.code).toBe(7);
    });

    it('ends every process of a stopped suite', () => {
      const server = `process.on('SIGTERM', () => setTimeout(() => { ${touch('drained')} process.exit(); }, 300));
        ${touch('serving')} setTimeout(() => {}, 30_000);`;
      const run = runTests([
        small(
          'one',
          `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}], { stdio: 'ignore' });
           setTimeout(() => {}, 30_000);`,
        ),
        small('two', waitFor('serving', 'process.exit(7);')),
      ]);
      expect(run.lastLine).toBe('0 passed, 1 failed, 1 stopped');
      expect(existsSync(join(folder, 'drained'))).toBe(true);
    });

    it('passes a signal on to both, and prints what both have said', async () => {
      const until = (name: string) =>
        `process.on('SIGTERM', () => { console.log('${name} drained'); process.exit(0); });
         setTimeout(() => {}, 30_000);`;
      const suites = [
        small('one', `${until('one')} ${waitFor('two', "console.log('ready');")}`),
        small('two', `${until('two')} console.log('two begins'); ${touch('two')}`),
        passing('three'),
      ];
      const child = spawn(process.execPath, command(onTwoCores(suites)), { stdio: ['ignore', 'pipe', 'inherit'] });
      const output = await printed(child, 'ready');
      child.kill('SIGTERM');
      const [code] = (await once(child, 'close')) as [number];
      expect(output()).toMatch(/── one\nready\none drained\n\n── two\ntwo begins\ntwo drained\n/);
      expect(output()).toMatch(/^one .* stopped by SIGTERM\ntwo .* stopped by SIGTERM\nthree .* not run$/m);
      expect(code).toBe(128 + 15);
    });
  });

  it('explains itself', () => {
    const { stdout } = spawnSync(process.execPath, [runner, '--help'], { encoding: 'utf8' });
    expect(stdout).toMatch(/--only[^]*--serial[^]*--no-limit[^]*--list[^]*--help/);
  });
});
