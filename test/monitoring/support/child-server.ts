import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 15_000;

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** An HTTP server in a child process. It is killed when this process exits. */
export class ChildServer {
  private constructor(
    readonly url: string,
    private readonly kill: (signal: NodeJS.Signals) => void,
    private readonly ended: Promise<unknown>,
  ) {}

  /**
   * @param readyPath responds with 200 when the program is ready; without it, any response will do
   * @param env besides that of this process
   */
  static async start(
    program: string,
    args: readonly string[],
    url: string,
    readyPath?: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildServer> {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
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
    const killWithParent = () => child.kill('SIGKILL');
    process.once('exit', killWithParent);
    void ended.then(() => process.off('exit', killWithParent));
    const server = new ChildServer(url, (signal) => child.kill(signal), ended);
    const giveUpAt = performance.now() + START_TIMEOUT_MS;
    while (!(await (readyPath === undefined ? responds(url) : respondsOk(url + readyPath)))) {
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

const responds = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );
const respondsOk = (url: string): Promise<boolean> =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );
