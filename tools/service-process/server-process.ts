import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';

/** A server that does not become ready mostly exits, which ends the wait: this is only for one that hangs. */
const START_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 25;
const STOP_TIMEOUT_MS = 30_000;
/** Maximum length of the kept output, from its end: the last lines say why a server exited. */
const KEPT_OUTPUT = 4_096;

export interface ServerProcessOptions {
  /** The Node that runs it, if not ours. */
  readonly node?: string;
  /** The script that it runs. */
  readonly script: string;
  readonly nodeArguments?: readonly string[];
  /** All of its environment, beside PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Responds with 200 when the server is ready. */
  readonly readyUrl: string;
  /** Where its standard output goes: kept to explain a failed start, or to the null device as in a benchmark. */
  readonly output?: 'keep' | 'discard';
}

/** A server in another process, which exits at the latest when this process does. */
export class ServerProcess {
  private ended = false;
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.once('exit', () => (this.ended = true));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    }
  }

  /** @throws with the last output of a server that does not become ready */
  static async start(options: ServerProcessOptions, signal?: AbortSignal): Promise<ServerProcess> {
    const { PATH = '', HOME = '' } = process.env;
    const { node = process.execPath, nodeArguments = [], script, env, cwd, output } = options;
    const endsWithUs = ['--require', join(__dirname, 'ends-with-its-parent.cjs')];
    const child = spawn(node, [...endsWithUs, ...nodeArguments, script], {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', output === 'discard' ? 'ignore' : 'pipe', 'pipe', 'ipc'],
      // Not in the process group of the terminal: this process decides what stops first.
      detached: true,
    });
    const server = new ServerProcess(child);
    try {
      await server.becomesReady(options.readyUrl, signal);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get running(): boolean {
    return !this.ended;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Sends a request over IPC and returns the response. There is one request at a time. */
  async ask<Response>(request: string): Promise<Response> {
    const response = once(this.child, 'message');
    this.child.send(request);
    return ((await response) as [Response])[0];
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(killer);
  }

  killNow(): void {
    if (!this.ended) this.child.kill('SIGKILL');
  }

  private async becomesReady(url: string, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await isReady(url))) {
      signal?.throwIfAborted();
      if (this.ended) throw new Error(`The server exited while starting.\n${this.output}`);
      if (performance.now() > deadline)
        throw new Error(`The server is not ready after ${START_TIMEOUT_MS / 1_000} s.\n${this.output}`);
      await delay(READY_POLL_MS);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
