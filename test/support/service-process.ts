import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

interface Line {
  readonly level?: string;
  readonly msg?: string;
}

/** The built service in a separate process and process group, as in a terminal. */
export class ServiceProcess {
  readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly child: ChildProcess;
  /** Exit code, or the signal that ended the process. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private hasEnded = false;

  constructor(environment: Readonly<Record<string, string>>, command = [process.execPath, 'dist/main.js']) {
    this.child = spawn(command[0]!, command.slice(1), {
      env: { PATH: process.env.PATH, NODE_ENV: 'test', PORT: '0', LOG_FORMAT: 'json', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        this.listeners.forEach((listener) => listener());
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.hasEnded = true;
        resolve(code ?? signal!);
        this.listeners.forEach((listener) => listener());
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The messages of the lines at this level. */
  messages(level: string): string[] {
    return this.lines.map(parse).flatMap(({ level: at, msg }) => (at === level && msg !== undefined ? [msg] : []));
  }

  /** Waits for a line that matches. @returns the match; rejects when the process ends without one */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      if (this.hasEnded) throw new Error(`The service ended without ${String(pattern)}:\n${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.listeners.delete(listener);
          resolve();
        };
        this.listeners.add(listener);
      });
    }
  }

  /** @returns the URL of the API when it is available */
  async ready(): Promise<string> {
    await this.line(/"metrics /);
    return (await this.line(/"API +(http:\/\/\S+)\/api/))[1]!;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** What a terminal does on Ctrl-C: it signals all processes in the foreground. */
  signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function parse(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return {};
  }
}

/** A folder for an embedded database. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'service-process-'));
  // When root runs the tests, the server runs as the user nobody, and must be able to enter the folder.
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The process id of the database server that runs in this directory, if one does. */
export async function postmasterOf(directory: string): Promise<number | undefined> {
  const content = await readFile(join(directory, 'cluster', 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  return content === '' ? undefined : Number(content.split('\n')[0]);
}

/** A zombie, which has ended but still has its id, is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Without /proc, the result of the signal has to do.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self');
  }
}

/** Waits for the end of a process that is not a child of this one. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}
