/** Between two lines where lines cannot be rewritten. */
const QUIET_MS = 2_000;

/** Tells how far things are: on one line of a terminal that is rewritten, and on a line now and then anywhere else. */
export class Progress {
  private lastLineAt = -Infinity;
  private rewriting = false;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** Something that happens once. */
  say(line: string): void {
    this.end();
    this.stream.write(`${line}\n`);
  }

  /** Something that goes on. */
  update(line: string): void {
    if (this.stream.isTTY) {
      this.rewriting = true;
      this.stream.write(`\r\x1b[K${line}`);
    } else if (performance.now() - this.lastLineAt >= QUIET_MS) {
      this.lastLineAt = performance.now();
      this.stream.write(`${line}\n`);
    }
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.rewriting) this.stream.write('\n');
    this.rewriting = false;
  }
}
