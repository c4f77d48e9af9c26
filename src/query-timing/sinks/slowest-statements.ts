import type { QueryRecord } from '../model/query-record';
import type { QueryType } from '../sql/query-type';
import { StatementCache } from '../sql/statement-cache';
import { WorkBudget } from '../sql/work-budget';

const KEPT = 10;

interface Entry {
  readonly fingerprint: string;
  readonly queryType: QueryType;
  maxSeconds: number;
  listed: boolean;
}

/**
 * The ten slowest statements, one entry a fingerprint. Once the list is full, nearly every statement is too fast for
 * it, which one comparison tells; before that, the cache knows a statement again and how slow it has been.
 */
export class SlowestStatements {
  private listed: Entry[] = [];
  /** Only what is slower than this can change a full list. */
  private gate = -1;
  private slowest = -1;
  private readonly cache = new StatementCache<Entry>();
  private readonly budget = new WorkBudget();

  /** It changes nothing here: too fast for the list, or known and not slower than ever. */
  isPassedOver(seconds: number, sql: string): boolean {
    if (seconds <= this.gate) return true;
    const entry = this.cache.glance(sql);
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

  /** A text not seen lately. Beyond the budget only a new maximum is looked at, so that the slowest is never missed. */
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
    if (this.listed.length < KEPT) return;
    let fastest = this.listed[0]!;
    for (const other of this.listed) if (other.maxSeconds < fastest.maxSeconds) fastest = other;
    if (this.listed.length > KEPT) {
      fastest.listed = false;
      this.listed = this.listed.filter((other) => other !== fastest);
    }
    this.gate = Math.min(...this.listed.map((other) => other.maxSeconds));
  }
}
