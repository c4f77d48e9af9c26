import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
