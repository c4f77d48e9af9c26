import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const MAX_LOG_LINES = 50;

/** A server's program, which is killed when this process exits. */
export class ServerProcess {
  private readonly log: string[] = [];
  private readonly ended: Promise<number | null>;
  private readonly killWithParent = () => this.child.kill('SIGKILL');

  constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => child.once('close', resolve).once('error', () => resolve(null)));
    child.stdin!.on('error', () => undefined); // It has ended early; its log says why.
    child.once('error', (error) => this.log.push(error.message));
    createInterface(child.stderr!).on('line', (line) => {
      if (this.log.push(line) > MAX_LOG_LINES) this.log.shift();
    });
    process.once('exit', this.killWithParent);
    void this.ended.then(() => process.off('exit', this.killWithParent));
  }

  /** Its standard input. */
  get input() {
    return this.child.stdin!;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until it has ended by itself, without an error. */
  async finished(): Promise<void> {
    if ((await this.ended) !== 0) throw this.failure('failed');
  }

  /**
   * Waits until it has started.
   * @param line of its log that says so
   * @returns what the expression has found
   */
  async ready(line: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      void this.ended.then(() => reject(this.failure('does not start')));
      createInterface(this.child.stderr!).on('line', (text) => {
        const found = line.exec(text);
        if (found) resolve(found);
      });
    });
  }

  /** Such as SIGSTOP, which freezes it. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }

  private failure(what: string): Error {
    return new Error(`${this.name} ${what}:\n${this.log.join('\n')}`);
  }
}
