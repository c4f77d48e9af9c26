export type LogLine = Readonly<Record<string, any>>;

/** Takes a logger's lines instead of the terminal. */
export class LogCapture {
  readonly lines: LogLine[] = [];
  /** The lines as they were written, for a look at everything that is in them. */
  text = '';
  private readonly waiting = new Set<() => void>();

  write(line: string): void {
    this.text += line;
    this.lines.push(JSON.parse(line) as LogLine);
    for (const look of this.waiting) look();
  }

  /** The first line of this kind, at once or when it comes: an answer is received before its line is written. */
  async first(isIt: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.lines.find(isIt);
        if (!found) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }
}
