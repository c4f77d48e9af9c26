import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { compile, sourcesIn } from '../../tools/service-process/compile';
import { isCurrent, writeStamp } from '../../tools/service-process/build';
import { withFileLock } from '../../tools/service-process/file-lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file lock', () => {
  const file = (): string => join(folder, 'cache', 'build');

  /** Leaves the lock as a killed process does. */
  const abandonLock = (): void => {
    mkdirSync(`${file()}.lock`, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${file()}.lock`, longAgo, longAgo);
  };

  /** Starts working when all processes are ready, and fails when another process is working. */
  const worker = (): string => `
    const { withFileLock } = require(${JSON.stringify(join(__dirname, '../../tools/service-process/file-lock.ts'))});
    const { existsSync, rmSync, writeFileSync } = require('node:fs');
    const busy = ${JSON.stringify(join(folder, 'busy'))};
    process.stdin.once('data', async () => {
      await withFileLock(${JSON.stringify(file())}, async () => {
        if (existsSync(busy)) process.exit(1);
        writeFileSync(busy, '');
        await new Promise((resolve) => setTimeout(resolve, 100));
        rmSync(busy);
      });
      process.exit(0);
    });
    console.log('ready');`;

  it('lets one process work at a time, also after a holder was killed', async () => {
    const workers = ['one', 'two', 'three'].map(() =>
      spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', worker()], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await Promise.all(workers.map(({ stdout }) => once(stdout, 'data')));
    abandonLock();
    const ends = workers.map((one) => once(one, 'exit'));
    for (const one of workers) one.stdin.write('go');
    expect((await Promise.all(ends)).map(([code]) => code as number)).toEqual([0, 0, 0]);
  }, 60_000);

  it('returns the result of the work, and is free after it, also when the work fails', async () => {
    expect(await withFileLock(file(), async () => existsSync(`${file()}.lock`))).toBe(true);
    await expect(withFileLock(file(), () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(existsSync(`${file()}.lock`)).toBe(false);
  });
});

describe('compiling', () => {
  const sources = (): string => join(folder, 'src');
  const output = (): string => join(folder, 'dist');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(sources(), path)), { recursive: true });
    writeFileSync(join(sources(), path), text);
  };
  const compiled = (path: string): string => readFileSync(join(output(), path), 'utf8');

  it('includes the files that the TypeScript compiler does', async () => {
    const { config } = ts.readConfigFile('tsconfig.build.json', (path) => ts.sys.readFile(path)) as { config: object };
    const { fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, resolve('.'));
    const paths = (await sourcesIn('src')).map((path) => resolve('src', path));
    expect(paths).toEqual(fileNames.map((path) => resolve(path)).sort());
    expect(paths.length).toBeGreaterThan(100);
  });

  it('keeps the metadata of decorators, `import()` and the names of classes, and writes source maps', async () => {
    write('parts/clock.ts', 'export class Clock { readonly now = 1; }');
    write(
      'main.ts',
      `import { Clock } from './parts/clock';
function injectable(_: unknown): void {}
@injectable
export class Main { constructor(readonly clock: Clock) {} }
export const later = () => import('node:fs');
throw new Error('line 6');
`,
    );
    expect(await compile(sources(), output())).toBe(2);
    const main = compiled('main.js');
    expect(main).toMatch(/design:paramtypes[^]*_clock\.Clock/);
    expect(main).toContain("import('node:fs')");
    expect(main).toContain('class Main');
    expect(JSON.parse(compiled('main.js.map'))).toMatchObject({ sources: ['../src/main.ts'] });
    expect(JSON.parse(compiled('parts/clock.js.map'))).toMatchObject({ sources: ['../../src/parts/clock.ts'] });
    // A field without `declare` is an assignment: a decorator of the class may have replaced its property.
    expect(compiled('parts/clock.js')).toContain('this.now = 1');
    const run = spawn(process.execPath, ['--enable-source-maps', join(output(), 'main.js')], { env: {} });
    let printed = '';
    run.stderr.on('data', (text) => (printed += String(text)));
    await once(run, 'close');
    expect(printed).toContain(`${join(sources(), 'main.ts')}:6`);
  }, 60_000);

  it('deletes what an earlier build has left', async () => {
    write('main.ts', 'export {};');
    mkdirSync(output());
    writeFileSync(join(output(), 'removed.js'), '');
    await compile(sources(), output());
    expect(existsSync(join(output(), 'removed.js'))).toBe(false);
  });

  it('names the file with a mistake in its syntax', async () => {
    write('main.ts', 'export const = 1;');
    await expect(compile(sources(), output())).rejects.toThrow(/main\.ts does not compile/);
  });
});

describe('a build is current', () => {
  const build = () => ({ entry: join(folder, 'main.js'), stamp: join(folder, 'stamp') });
  const BUILT_AT = new Date('2026-01-01T12:00:00Z');
  beforeEach(() => {
    writeFileSync(build().entry, '');
    utimesSync(build().entry, BUILT_AT, BUILT_AT);
    writeStamp(build());
  });

  it('when it is finished and as new as its sources', () => {
    expect(isCurrent(build(), BUILT_AT.getTime())).toBe(true);
    expect(isCurrent(build(), BUILT_AT.getTime() + 1)).toBe(false);
  });

  it('as shipped only when it was built so', () => {
    expect(isCurrent(build(), BUILT_AT.getTime(), true)).toBe(false);
    writeStamp(build(), true);
    expect(isCurrent(build(), BUILT_AT.getTime(), true)).toBe(true);
    expect(isCurrent(build(), BUILT_AT.getTime())).toBe(true);
  });

  it('not when the process that built it was killed', () => {
    rmSync(build().stamp);
    expect(isCurrent(build(), BUILT_AT.getTime())).toBe(false);
  });

  it('not when another build has begun since, or when it was deleted', () => {
    utimesSync(build().entry, new Date(), new Date());
    expect(isCurrent(build(), BUILT_AT.getTime())).toBe(false);
    rmSync(build().entry);
    expect(isCurrent(build(), BUILT_AT.getTime())).toBe(false);
  });
});
