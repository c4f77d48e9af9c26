import { CONTROL_ROW as CONTROL, OTHER_ROW as OTHER, type KnownStatement } from '../model/known-statement';
import type { Origin } from '../model/origin';
import type { QueryRecord } from '../model/query-record';
import { shortened } from '../sql/flat-copy';
import type { QueryType } from '../sql/query-type';
import { TokenBucket } from '../sql/work-budget';
import { CoarseDigest } from './coarse-digest';

/** The rows of the statements with a separate one begin here. */
const FIRST = 2;

const MAX_STATEMENTS = 500;
const MAX_TEXT_LENGTH = 2000;
/** Of all texts together: the thirty statements that are never replaced need at most 60,000. */
const MAX_CHARACTERS = 65_536;
const LISTED = 10;
const INITIAL_ROWS = 16;

/** So that a flood of statements that run once does not displace those that run regularly. */
const REPLACED_PER_SECOND = 10;
const REPLACED_IN_A_BURST = 100;

/** The figures of a row: together they fill one line of the processor's cache. */
const FIGURES = 8;
const CALLS = 0;
const SECONDS = 1;
/** Of {@link OTHER}: of all data statements. */
const MAX = 2;
const LAST_END = 3;
const ROWS = 4;
const GENERATION = 5;
/** Seconds in which they waited for a connection, and for other statements on it. */
const POOL = 6;
const QUEUED = 7;
/** The generation of no row: the statement found no room. */
const REFUSED = -2;

const FIGURE_OF_ORDER = { max: MAX, total: SECONDS, calls: CALLS } as const;

export type StatementOrder = keyof typeof FIGURE_OF_ORDER;

export const STATEMENT_ORDERS = Object.keys(FIGURE_OF_ORDER) as readonly StatementOrder[];

interface Entry {
  readonly hash: string;
  /** Normalised, at most 2,000 characters. */
  readonly text: string;
  readonly queryType: QueryType;
  /** Of the last run of which it is known. */
  origin: Origin | undefined;
}

export interface Totals {
  readonly calls: number;
  readonly seconds: number;
}

/** A statement with a separate row. */
export interface StatementFigures extends Entry, Totals {
  readonly maxSeconds: number;
  /** Accurate to thirteen per cent. */
  readonly p95Seconds: number;
  readonly rows: number;
  /** Waits for connections of the pool before them, of at least a millisecond each. */
  readonly poolSeconds: number;
  /** Waits for other statements on the same connection. */
  readonly queuedSeconds: number;
  /** Milliseconds of the monotonic clock. */
  readonly lastEnd: number;
}

export interface StatementWithSpread extends StatementFigures {
  /** The 50th, 95th and 99th, in seconds. */
  readonly percentiles: readonly [number, number, number];
  /** See `CoarseDigest.shape`. */
  readonly shape: string;
}

/**
 * Figures by fingerprint, one row per statement, while there are at most 500 statements with 65,536 characters of text.
 *
 * Beyond that, a new statement replaces the one that has not run for the longest time, but none of the first ten by
 * slowest call, total time or calls. At most ten per second are replaced, and whenever the new one belongs to the ten
 * slowest. A replaced statement's calls and time move to the row of all others, where those of statements without a row
 * are counted, too. If it returns, it starts at 0. So a row never has calls of another statement, and all together are
 * complete.
 */
export class StatementTable {
  private figures = new Float64Array(0);
  private readonly durations = new CoarseDigest();
  private readonly entries: (Entry | undefined)[] = [undefined, undefined];
  private readonly rowsByHash = new Map<string, number>();
  private readonly unused: number[] = [];
  private characters = 0;
  private generation = 0;
  private readonly replacements = new TokenBucket(REPLACED_PER_SECOND, REPLACED_IN_A_BURST);
  /** A statement has found no room. */
  private full = false;
  /** The slowest call of the tenth slowest statement when the last one was replaced. */
  private gate = 0;

  constructor() {
    this.grow(INITIAL_ROWS);
  }

  /**
   * Counts a statement that has a row.
   *
   * @param cell of the duration, see `durationCell`
   * @returns false without counting if it has to be examined, which {@link record} does
   */
  count({ row, generation }: KnownStatement, seconds: number, cell: number, rows: number, end: number): boolean {
    const { figures } = this;
    const at = row * FIGURES;
    if (figures[at + GENERATION] !== generation || (row === OTHER && seconds > figures[MAX]!)) return false;
    this.add(row, seconds, cell, rows, end);
    return true;
  }

  record(query: QueryRecord, cell: number): void {
    const { known, seconds, rows = 0, endedAt, poolSeconds, queuedSeconds } = query;
    const { origin } = query;
    const isCounted = this.count(known, seconds, cell, rows, endedAt);
    const row = isCounted ? known.row : this.rowFor(query);
    if (!isCounted) this.add(row, seconds, cell, rows, endedAt);
    this.figures[row * FIGURES + POOL]! += poolSeconds;
    this.figures[row * FIGURES + QUEUED]! += queuedSeconds;
    const entry = origin && this.entries[known.row];
    if (entry) entry.origin = origin;
  }

  /** Data statements, whether they have a row or not. */
  get data(): Totals {
    let { calls, seconds } = this.totalsOf(OTHER);
    for (let row = FIRST; row < this.entries.length; row++) {
      calls += this.figures[row * FIGURES + CALLS]!;
      seconds += this.figures[row * FIGURES + SECONDS]!;
    }
    return { calls, seconds };
  }

  get transactionControl(): Totals {
    return this.totalsOf(CONTROL);
  }

  /** Data statements without a row. */
  get others(): Totals {
    return this.totalsOf(OTHER);
  }

  /** The first ten in an order. */
  first(order: StatementOrder): StatementFigures[] {
    return this.firstRows(FIGURE_OF_ORDER[order]).map((row) => this.figuresOf(row));
  }

  /** The statements with a row whose calls differ from those that are known, by fingerprint. */
  changed(knownCalls: ReadonlyMap<string, number>): StatementWithSpread[] {
    const changed: StatementWithSpread[] = [];
    for (const [hash, row] of this.rowsByHash) {
      if (knownCalls.get(hash) === this.figures[row * FIGURES + CALLS]) continue;
      const [p50, p95, p99] = this.durations.percentiles(row, [0.5, 0.95, 0.99]);
      changed.push({ ...this.figuresOf(row), percentiles: [p50!, p95!, p99!], shape: this.durations.shape(row) });
    }
    return changed;
  }

  /** Whether a statement with this fingerprint has a row. */
  has(hash: string): boolean {
    return this.rowsByHash.has(hash);
  }

  /** All that have a row. */
  all(): StatementFigures[] {
    return [...this.rowsByHash.values()].map((row) => this.figuresOf(row));
  }

  clear(): void {
    this.figures.fill(0);
    this.durations.clear();
    this.entries.length = FIRST;
    this.rowsByHash.clear();
    this.unused.length = 0;
    this.characters = this.gate = 0;
    this.full = false;
  }

  private add(row: number, seconds: number, cell: number, rows: number, end: number): void {
    const { figures } = this;
    const at = row * FIGURES;
    figures[at + CALLS]! += 1;
    figures[at + SECONDS]! += seconds;
    figures[at + ROWS]! += rows;
    if (seconds > figures[at + MAX]!) this.raise(row, seconds);
    if (end > figures[at + LAST_END]!) figures[at + LAST_END] = end;
    this.durations.add(row, cell);
  }

  private raise(row: number, seconds: number): void {
    const { figures } = this;
    figures[row * FIGURES + MAX] = seconds;
    if (row !== CONTROL && seconds > figures[MAX]!) figures[MAX] = seconds;
  }

  /** Finds or creates the row of a statement, and remembers it. */
  private rowFor(query: QueryRecord): number {
    const { known, seconds, endedAt } = query;
    if (known.generation === REFUSED && !this.admits(seconds, endedAt)) return OTHER;
    const hash = query.fingerprint;
    const row = this.rowsByHash.get(hash) ?? this.enter(hash, query);
    // One that stands for several is here only because this call is the slowest of all.
    if (known.recognised) {
      known.row = row;
      known.generation = row === OTHER ? REFUSED : this.figures[row * FIGURES + GENERATION]!;
    }
    return row;
  }

  /** Whether a statement without a row may get one. */
  private admits(seconds: number, now: number): boolean {
    return !this.full || seconds > this.gate || this.replacements.take(now);
  }

  private enter(hash: string, query: QueryRecord): number {
    const { statement, sql, known } = query;
    // One text in memory instead of two equal ones.
    const text = statement === sql && sql.length <= MAX_TEXT_LENGTH ? sql : shortened(statement, MAX_TEXT_LENGTH);
    if (!this.hasRoomFor(text)) {
      const wasAdmitted = known.generation === REFUSED;
      if (!wasAdmitted && !this.admits(query.seconds, query.endedAt)) return OTHER;
      this.makeRoomFor(text);
    }
    const row = this.unused.pop() ?? this.entries.length;
    if ((row + 1) * FIGURES > this.figures.length) this.grow(2 * row);
    this.entries[row] = { hash, text, queryType: query.type, origin: undefined };
    this.rowsByHash.set(hash, row);
    this.characters += text.length;
    this.figures.fill(0, row * FIGURES, (row + 1) * FIGURES);
    this.figures[row * FIGURES + GENERATION] = ++this.generation;
    this.durations.clear(row);
    return row;
  }

  private hasRoomFor(text: string): boolean {
    const room = this.rowsByHash.size < MAX_STATEMENTS && this.characters + text.length <= MAX_CHARACTERS;
    if (!room) this.full = true;
    return room;
  }

  private makeRoomFor(text: string): void {
    const slowest = this.firstRows(MAX);
    this.gate = this.figures[slowest.at(-1)! * FIGURES + MAX]!;
    const kept = new Set([...slowest, ...this.firstRows(SECONDS), ...this.firstRows(CALLS)]);
    while (!this.hasRoomFor(text)) this.release(this.oldestRow(kept));
  }

  private oldestRow(except: ReadonlySet<number>): number {
    const { figures } = this;
    let oldest = -1;
    for (const row of this.rowsByHash.values()) {
      if (except.has(row)) continue;
      if (oldest < 0 || figures[row * FIGURES + LAST_END]! < figures[oldest * FIGURES + LAST_END]!) oldest = row;
    }
    return oldest;
  }

  private release(row: number): void {
    const { figures } = this;
    const { hash, text } = this.entries[row]!;
    const { calls, seconds } = this.totalsOf(row);
    figures[OTHER * FIGURES + CALLS]! += calls;
    figures[OTHER * FIGURES + SECONDS]! += seconds;
    figures.fill(0, row * FIGURES, (row + 1) * FIGURES);
    this.characters -= text.length;
    this.rowsByHash.delete(hash);
    this.entries[row] = undefined;
    this.unused.push(row);
  }

  /** The ten rows with the highest figure, highest first. */
  private firstRows(figure: number): number[] {
    const { figures } = this;
    const first: number[] = [];
    const figureOf = (row: number) => figures[row * FIGURES + figure]!;
    for (const row of this.rowsByHash.values()) {
      if (first.length === LISTED && figureOf(row) <= figureOf(first.at(-1)!)) continue;
      const place = first.findIndex((other) => figureOf(other) < figureOf(row));
      first.splice(place < 0 ? first.length : place, 0, row);
      if (first.length > LISTED) first.pop();
    }
    return first;
  }

  private figuresOf(row: number): StatementFigures {
    const at = row * FIGURES;
    const { figures } = this;
    const maxSeconds = figures[at + MAX]!;
    return {
      ...this.entries[row]!,
      ...this.totalsOf(row),
      maxSeconds,
      p95Seconds: Math.min(this.durations.percentile(row, 0.95), maxSeconds),
      rows: figures[at + ROWS]!,
      poolSeconds: figures[at + POOL]!,
      queuedSeconds: figures[at + QUEUED]!,
      lastEnd: figures[at + LAST_END]!,
    };
  }

  private totalsOf(row: number): Totals {
    const at = row * FIGURES;
    return { calls: this.figures[at + CALLS]!, seconds: this.figures[at + SECONDS]! };
  }

  private grow(rows: number): void {
    const { figures } = this;
    this.figures = new Float64Array(rows * FIGURES);
    this.figures.set(figures);
    this.durations.resize(rows);
  }
}
