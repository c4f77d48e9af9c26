import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exclusively } from '../../tools/service-process/exclusively';

describe('what one process does at a time', () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exclusively-'));
    lock = join(folder, 'cache', 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Each does its work as soon as all are there, and fails when somebody else is at it. */
  const atWork = (): string => `
    const { exclusively } = require(${JSON.stringify(join(__dirname, '../../tools/service-process/exclusively.ts'))});
    const { existsSync, rmSync, writeFileSync } = require('node:fs');
    const busy = ${JSON.stringify(join(folder, 'busy'))};
    process.stdin.once('data', () => {
      exclusively(${JSON.stringify(lock)}, () => {
        if (existsSync(busy)) process.exit(1);
        writeFileSync(busy, '');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
        rmSync(busy);
      });
      process.exit(0);
    });
    console.log('ready');`;

  it('is done by one after another, whoever left the lock behind', async () => {
    const workers = ['one', 'two', 'three'].map(() =>
      spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', atWork()], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await Promise.all(workers.map((worker) => once(worker.stdout, 'data')));
    exclusively(lock, () => undefined);
    writeFileSync(lock, String(await idOfTheDead()));
    const ends = workers.map((worker) => once(worker, 'exit'));
    for (const worker of workers) worker.stdin.write('go');
    expect((await Promise.all(ends)).map(([code]) => code as number)).toEqual([0, 0, 0]);
    expect(existsSync(lock)).toBe(false);
  }, 30_000);

  it('answers with what the work does, also when it fails, and is free after it', () => {
    expect(exclusively(lock, () => readFileSync(lock, 'utf8'))).toBe(String(process.pid));
    const fail = () => {
      throw new Error('no room');
    };
    expect(() => exclusively(lock, fail)).toThrow('no room');
    expect(existsSync(lock)).toBe(false);
  });

  it('is told when the one before was killed at it', async () => {
    expect(exclusively(lock, (afterCrash) => afterCrash)).toBe(false);
    writeFileSync(lock, String(await idOfTheDead()));
    expect(exclusively(lock, (afterCrash) => afterCrash)).toBe(true);
    expect(exclusively(lock, (afterCrash) => afterCrash)).toBe(false);
  });

  it('takes an old lock for that of a process whose id another one has now', () => {
    exclusively(lock, () => undefined);
    writeFileSync(lock, String(process.pid));
    utimesSync(lock, new Date(), new Date(Date.now() - 3_600_000));
    expect(exclusively(lock, (afterCrash) => afterCrash)).toBe(true);
  });
});

async function idOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}
