import type { QueryRecord } from '../model/query-record';
import type { QueryType } from '../sql/query-type';
import { StatementCache } from '../sql/statement-cache';
import { WorkBudget } from '../sql/work-budget';

const MAX_LISTED = 10;

interface Entry {
  readonly fingerprint: string;
  readonly queryType: QueryType;
  maxSeconds: number;
  listed: boolean;
}

/**
 * The ten slowest statements, one entry per fingerprint. Once the list is full, a single comparison shows that nearly every
 * statement is too fast for it; until then, the cache recognises a statement and its slowest execution.
 */
export class SlowestStatements {
  private listed: Entry[] = [];
  /** Only slower statements can change a full list. */
  private gate = -1;
  private slowest = -1;
  private readonly cache = new StatementCache<Entry>();
  private readonly budget = new WorkBudget();

  /** True if the statement cannot change the list: it is too fast, or listed and not slower than before. */
  ignores(seconds: number, sql: string): boolean {
    if (seconds <= this.gate) return true;
    const entry = this.cache.getUnverified(sql);
    return entry !== undefined && entry.listed && seconds <= entry.maxSeconds;
  }

  record(query: QueryRecord): void {
    const { seconds } = query;
    if (seconds <= this.gate) return;
    const entry = this.cache.get(query.sql) ?? this.enter(query);
    if (entry === undefined || (entry.listed && seconds <= entry.maxSeconds)) return;
    entry.maxSeconds = seconds;
    if (seconds > this.slowest) this.slowest = seconds;
    this.list(entry);
  }

  /** Slowest first. */
  get entries(): readonly Readonly<Entry>[] {
    return [...this.listed].sort((a, b) => b.maxSeconds - a.maxSeconds);
  }

  clear(): void {
    this.listed = [];
    this.gate = this.slowest = -1;
    this.cache.clear();
  }

  /** Adds an unknown statement. Over budget, only a new maximum is added, so that the slowest is never missed. */
  private enter(query: QueryRecord): Entry | undefined {
    if (!this.budget.take(query.endedAt, query.sql.length) && query.seconds <= this.slowest) return undefined;
    const { fingerprint } = query;
    let entry = this.listed.find((other) => other.fingerprint === fingerprint);
    entry ??= { fingerprint, queryType: query.type, maxSeconds: -1, listed: false };
    this.cache.set(query.sql, entry);
    return entry;
  }

  private list(entry: Entry): void {
    if (!entry.listed) {
      entry.listed = true;
      this.listed.push(entry);
    }
    if (this.listed.length < MAX_LISTED) return;
    let fastest = this.listed[0]!;
    for (const other of this.listed) if (other.maxSeconds < fastest.maxSeconds) fastest = other;
    if (this.listed.length > MAX_LISTED) {
      fastest.listed = false;
      this.listed = this.listed.filter((other) => other !== fastest);
    }
    this.gate = Math.min(...this.listed.map((other) => other.maxSeconds));
  }
}
