/** Interval between lines where lines cannot be rewritten. */
const QUIET_MS = 2_000;

/** Reports progress: on a terminal in one line that is rewritten, elsewhere in a new line every few seconds. */
export class Progress {
  private lastLineAt = -Infinity;
  private rewriting = false;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** An event. */
  say(line: string): void {
    this.end();
    this.stream.write(`${line}\n`);
  }

  /** The current state. */
  update(line: string): void {
    if (this.stream.isTTY) {
      this.rewriting = true;
      this.stream.write(`\r\x1b[K${line}`);
    } else if (performance.now() - this.lastLineAt >= QUIET_MS) {
      this.lastLineAt = performance.now();
      this.stream.write(`${line}\n`);
    }
  }

  /** Ends the line, so that the last state stays visible. */
  end(): void {
    if (this.rewriting) this.stream.write('\n');
    this.rewriting = false;
  }
}
