import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pipe for the output of a child process. Nothing is read before `read()`. */
export class Fifo {
  text = '';
  private reader: Socket | undefined;
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly folder: string,
    private readonly readEnd: number,
    /** Pass it to the child, then call `closeWriteEnd()`. */
    readonly writeEnd: number,
  ) {}

  static async create(): Promise<Fifo> {
    const folder = await mkdtemp(join(tmpdir(), 'fifo-'));
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return new Fifo(folder, readEnd, openSync(path, constants.O_WRONLY));
  }

  closeWriteEnd(): void {
    closeSync(this.writeEnd);
  }

  /** Reads from now on. */
  read(): void {
    if (this.reader) return void this.reader.resume();
    this.reader = new Socket({ fd: this.readEnd, readable: true, writable: false });
    this.reader.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      for (const look of this.waiting) look();
    });
  }

  /** Resolves when the text contains this, as soon as it is read. */
  async until(part: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.text.includes(part)) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }

  /** Resolves when all writers have closed it and all is read. */
  async ended(): Promise<void> {
    const { reader } = this;
    if (!reader) throw new Error('Nothing reads this pipe.');
    if (!reader.closed) await new Promise((resolve) => reader.once('close', resolve));
  }

  /** The lines so far, parsed. @throws when one is not JSON */
  get entries(): Record<string, unknown>[] {
    const lines = this.text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  pause(): void {
    this.reader?.pause();
  }

  /** Closes the end that reads: writers get EPIPE. */
  closeReadEnd(): void {
    if (this.reader) this.reader.destroy();
    else closeSync(this.readEnd);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
