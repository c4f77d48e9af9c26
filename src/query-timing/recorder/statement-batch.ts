/** How many statements wait at most. */
const SIZE = 32;
/** For the benchmark. Not exported where it stands: it would be read off the module each time. */
export { SIZE as BATCH_SIZE };
/** Nor more characters than these together: so many are kept alive. */
const MAX_CHARACTERS = 16_384;
/** Longer texts are counted at once: they take their time in any case. */
const MAX_LENGTH = 2048;

/**
 * Ordinary statements that have ended and are counted together: between two queries an application runs so much code of
 * its own that each one would find ours, and the tables it writes to, pushed out of the processor's caches. Whoever reads
 * what has been counted empties the batch first.
 */
export class StatementBatch {
  private readonly texts = new Array<string>(SIZE).fill('');
  /** Start and end of each. */
  private readonly times = new Float64Array(2 * SIZE);
  private waiting = 0;
  private characters = 0;

  /** @param count must not throw */
  constructor(private readonly count: (sql: string, start: number, end: number) => void) {}

  add(sql: string, start: number, end: number): void {
    if (sql.length > MAX_LENGTH) {
      this.count(sql, start, end);
      return;
    }
    const index = this.waiting++;
    this.texts[index] = sql;
    this.times[2 * index] = start;
    this.times[2 * index + 1] = end;
    this.characters += sql.length;
    if (index === SIZE - 1 || this.characters > MAX_CHARACTERS) this.empty();
  }

  empty(): void {
    const { texts, times, waiting } = this;
    this.waiting = this.characters = 0;
    for (let i = 0; i < waiting; i++) {
      this.count(texts[i]!, times[2 * i]!, times[2 * i + 1]!);
      texts[i] = '';
    }
  }
}
