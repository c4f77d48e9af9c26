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
  /** How many of those have been counted, while that is in progress. */
  private counted = 0;
  private characters = 0;
  /** -1 while statements are counted: meanwhile, others are not batched. */
  private maxLength = MAX_LENGTH;

  /**
   * @param count counts a statement; an error it throws concerns that one only
   * @param failed is called after such an error
   */
  constructor(
    private readonly count: (sql: string, start: number, end: number, rows: number) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  add(sql: string, start: number, end: number, rows: number): void {
    if (sql.length > this.maxLength) {
      this.countAlone(sql, start, end, rows);
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

  /**
   * Counting may call it again, for example when a logger reads the summary: that call counts the rest.
   */
  flush(): void {
    const { texts, figures } = this;
    this.maxLength = -1;
    while (this.counted < this.waiting) {
      const index = this.counted++;
      const sql = texts[index]!;
      texts[index] = '';
      try {
        this.count(sql, figures[3 * index]!, figures[3 * index + 1]!, figures[3 * index + 2]!);
      } catch (error) {
        this.failed(error);
      }
    }
    this.waiting = this.counted = this.characters = 0;
    this.maxLength = MAX_LENGTH;
  }

  private countAlone(sql: string, start: number, end: number, rows: number): void {
    try {
      this.count(sql, start, end, rows);
    } catch (error) {
      this.failed(error);
    }
  }
}
