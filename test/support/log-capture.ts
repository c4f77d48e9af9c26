export type LogLine = Readonly<Record<string, any>>;

/** A destination for a logger that keeps its lines. */
export class LogCapture {
  readonly lines: LogLine[] = [];
  /** The lines as they were written. */
  text = '';
  private readonly waiting = new Set<() => void>();

  write(line: string): void {
    this.text += line;
    this.lines.push(JSON.parse(line) as LogLine);
    for (const look of this.waiting) look();
  }

  /** The first matching line, now or when it is written: a client receives its response before the line is written. */
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
