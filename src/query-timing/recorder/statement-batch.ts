/** Statements in a full batch. */
const SIZE = 32;
/** For the benchmark. Exported under another name, because an exported constant is read off the module on each access. */
export { SIZE as BATCH_SIZE };
/** Characters that a batch keeps in memory, all statements together. */
const MAX_CHARACTERS = 16_384;
/** Longer statements are counted immediately; batching them would save nothing. */
const MAX_LENGTH = 2048;

/**
 * The fast lane's waiting room: statements that have ended and are counted together. Between two queries an application
 * runs enough code to evict ours, and the tables it writes to, from the processor's caches; a batch pays for that once.
 * {@link flush} before reading any counts.
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
    if (index === SIZE - 1 || this.characters > MAX_CHARACTERS) this.flush();
  }

  flush(): void {
    const { texts, times, waiting } = this;
    this.waiting = this.characters = 0;
    for (let i = 0; i < waiting; i++) {
      this.count(texts[i]!, times[2 * i]!, times[2 * i + 1]!);
      texts[i] = '';
    }
  }
}
