import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../development-database/free-port';
import { Fifo } from '../support/fifo';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';

/** Each request is one line of more than this: a few fill what may wait. */
const LONG_PATH = `/${'x'.repeat(12_000)}`;
const REQUESTS = 120;

describe('the output of the service', () => {
  let database: ScratchDatabase;
  const children: ChildProcess[] = [];
  const pipes: Fifo[] = [];
  beforeAll(async () => {
    database = await createScratchDatabase();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const pipe of pipes.splice(0)) await pipe.remove();
  });
  afterAll(() => database.drop());

  async function aPipe(): Promise<Fifo> {
    const pipe = await Fifo.create();
    pipes.push(pipe);
    return pipe;
  }

  function run(args: readonly string[], stdout: number, stderr: number, env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', stdout, stderr],
    });
    children.push(child);
    return child;
  }

  async function startService(stdout: number, stderr: number, preload: readonly string[] = []) {
    const port = await freePort();
    const settings = { DATABASE_URL: database.url, PORT: String(port), SEED_DATA: 'false', RATE_LIMIT: '0' };
    const limits = { LOG_FORMAT: 'json', NODE_ENV: 'test', SHUTDOWN_DRAIN_MS: '0' };
    const child = run([...preload, 'dist/main.js'], stdout, stderr, { ...settings, ...limits });
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/health/ready`).catch(() => undefined))?.ok) await delay(20);
    const statusOf = async (path: string) => (await fetch(url + path)).status;
    return {
      child,
      statusOf,
      fill: async () => {
        for (let sent = 0; sent < REQUESTS; sent += 1) expect(await statusOf(LONG_PATH)).toBe(404);
      },
      dropped: async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return Number(/^log_lines_dropped_total (\d+)$/m.exec(metrics)![1]);
      },
    };
  }

  async function endOf(child: ChildProcess): Promise<unknown> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? child.signalCode;
  }

  it('that is not read holds neither requests nor the shutdown; the lines that were dropped are counted', async () => {
    const [stdout, stderr] = [await aPipe(), await aPipe()];
    const noisy = ['--require', join(__dirname, 'fixtures/noisy.cjs')];
    const service = await startService(stdout.writeEnd, stderr.writeEnd, noisy);
    stdout.closeWriteEnd();
    stderr.closeWriteEnd();
    expect(await service.dropped()).toBe(0);
    await service.fill();
    expect(await service.statusOf('/health/live')).toBe(200);
    const dropped = await service.dropped();
    expect(dropped).toBeGreaterThan(0);

    stdout.read();
    await stdout.until('log lines were dropped');
    const reported = stdout.entries.find(({ droppedLines }) => droppedLines !== undefined);
    expect(reported).toMatchObject({ level: 'warn', droppedLines: dropped });
    const completed = stdout.entries.filter(({ msg, status }) => msg === 'request completed' && status === 404);
    expect(completed).toHaveLength(REQUESTS - dropped);

    stdout.pause();
    await service.fill();
    service.child.kill('SIGTERM');
    expect(await endOf(service.child)).toBe(0);
    stderr.closeReadEnd();
  });

  it('whose reader has ended, or whose disk is full, is given up, and the service serves on', async () => {
    const stdout = await aPipe();
    const [withoutReader, onFullDisk] = await Promise.all([
      startService(stdout.writeEnd, stdout.writeEnd),
      startService(openSync('/dev/full', 'w'), openSync('/dev/full', 'w')),
    ]);
    stdout.closeWriteEnd();
    stdout.closeReadEnd();
    for (const service of [withoutReader, onFullDisk]) {
      await service.fill();
      expect(await service.dropped()).toBeGreaterThan(0);
      service.child.kill('SIGTERM');
      expect(await endOf(service.child)).toBe(0);
    }
  });

  it.each([
    ['end', 0],
    ['exit', 3],
    ['crash', 1],
  ])('is complete after the %s of the process, though its reader is slower', async (how, code) => {
    const [stdout, stderr] = [await aPipe(), await aPipe()];
    const child = run([join(__dirname, 'fixtures/ending.cjs'), how], stdout.writeEnd, stderr.writeEnd);
    stdout.closeWriteEnd();
    stderr.closeWriteEnd();
    stderr.read();
    stdout.read();
    await stdout.until('counted');
    stdout.pause();
    await delay(100);
    stdout.read();
    expect(await endOf(child)).toBe(code);
    await stdout.ended();
    expect(stdout.entries.map(({ line }) => line)).toEqual(Array.from({ length: 2_000 }, (_, line) => line));
    if (how === 'crash') expect(stderr.text).toContain('a crash');
  });
});
