import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const STARTS_WITHIN_MS = 15_000;

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A program that answers HTTP, and ends with whoever started it. */
export class ChildServer {
  private constructor(
    readonly url: string,
    private readonly kill: (signal: NodeJS.Signals) => void,
    private readonly ended: Promise<unknown>,
  ) {}

  /** @param readyPath answers 200 once the program does its work */
  static async start(program: string, args: readonly string[], url: string, readyPath: string): Promise<ChildServer> {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk) => (log = (log + String(chunk)).slice(-4_000)));
    let hasEnded = false;
    const ended = new Promise<void>((resolve) => {
      const end = (reason: unknown) => {
        if (reason instanceof Error) log += reason.message;
        hasEnded = true;
        resolve();
      };
      child.once('close', end).once('error', end);
    });
    const dieToo = () => child.kill('SIGKILL');
    process.once('exit', dieToo);
    void ended.then(() => process.off('exit', dieToo));
    const server = new ChildServer(url, (signal) => child.kill(signal), ended);
    const giveUpAt = performance.now() + STARTS_WITHIN_MS;
    while (!(await answers(url + readyPath))) {
      if (hasEnded || performance.now() > giveUpAt) {
        await server.stop();
        throw new Error(`${program} does not start:\n${log}`);
      }
      await delay(50);
    }
    return server;
  }

  signal(signal: NodeJS.Signals): void {
    this.kill(signal);
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const killer = setTimeout(() => this.kill('SIGKILL'), 5_000);
    await this.ended;
    clearTimeout(killer);
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );
