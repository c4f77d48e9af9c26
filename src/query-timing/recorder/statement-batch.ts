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
  /** Start, end and rows of each. */
  private readonly figures = new Float64Array(3 * SIZE);
  private waiting = 0;
  private characters = 0;

  /** @param count must not throw */
  constructor(private readonly count: (sql: string, start: number, end: number, rows: number) => void) {}

  add(sql: string, start: number, end: number, rows: number): void {
    if (sql.length > MAX_LENGTH) {
      this.count(sql, start, end, rows);
      return;
    }
    const index = this.waiting++;
    this.texts[index] = sql;
    this.figures[3 * index] = start;
    this.figures[3 * index + 1] = end;
    this.figures[3 * index + 2] = rows;
    this.characters += sql.length;
    if (index === SIZE - 1 || this.characters > MAX_CHARACTERS) this.flush();
  }

  flush(): void {
    const { texts, figures, waiting } = this;
    this.waiting = this.characters = 0;
    for (let i = 0; i < waiting; i++) {
      this.count(texts[i]!, figures[3 * i]!, figures[3 * i + 1]!, figures[3 * i + 2]!);
      texts[i] = '';
    }
  }
}
