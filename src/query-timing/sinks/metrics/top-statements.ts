import type { QueryRecord } from '../../model/query-record';
import { fingerprintHash } from '../../sql/fingerprint-hash';
import { StatementCache } from '../../sql/statement-cache';
import { WorkBudget } from '../../sql/work-budget';

export const OTHER_STATEMENTS = 'other';
const OTHER = 0;
const MAX_LABEL_LENGTH = 200;

export interface StatementTotals {
  readonly label: string;
  readonly calls: number;
  readonly seconds: number;
}

/**
 * Calls and time by fingerprint, for the first `maxTracked` fingerprints. All others are counted together as `other`, so
 * the sums are exact, and no series ever changes its meaning or disappears.
 */
export class TopStatements {
  /** By the hash of the fingerprint, because the text may be long. */
  private readonly indexes = new Map<string, number>();
  private readonly labels = [OTHER_STATEMENTS];
  private readonly calls: Float64Array;
  private readonly seconds: Float64Array;
  private readonly cache = new StatementCache<number>();
  private readonly budget = new WorkBudget();

  constructor(readonly maxTracked: number) {
    this.calls = new Float64Array(maxTracked + 1);
    this.seconds = new Float64Array(maxTracked + 1);
  }

  /** Counts a cached statement. @returns false if it is not cached */
  count(seconds: number, sql: string): boolean {
    const index = this.cache.get(sql);
    if (index === undefined) return false;
    this.calls[index]! += 1;
    this.seconds[index]! += seconds;
    return true;
  }

  record(query: QueryRecord): void {
    const index = this.cache.get(query.sql) ?? this.lookUp(query);
    this.calls[index]! += 1;
    this.seconds[index]! += query.seconds;
  }

  /** Calls counted as `other`. */
  get folded(): number {
    return this.calls[OTHER]!;
  }

  get totals(): StatementTotals[] {
    return this.labels.map((label, i) => ({ label, calls: this.calls[i]!, seconds: this.seconds[i]! }));
  }

  /** Adds the counts of another instance; statements beyond the limit count as `other`. */
  add(other: TopStatements): void {
    const hashes = new Map([...other.indexes].map(([hash, index]) => [index, hash]));
    other.totals.forEach(({ label, calls, seconds }, i) => {
      const hash = hashes.get(i);
      const index = hash === undefined ? OTHER : this.indexOf(hash, () => label);
      this.calls[index]! += calls;
      this.seconds[index]! += seconds;
    });
  }

  clear(): void {
    this.calls.fill(0);
    this.seconds.fill(0);
  }

  private lookUp(query: QueryRecord): number {
    if (!this.budget.take(query.endedAt, query.sql.length)) return OTHER;
    const { fingerprint } = query;
    const index = this.indexOf(fingerprintHash(fingerprint), () => labelOf(fingerprint));
    this.cache.set(query.sql, index);
    return index;
  }

  private indexOf(hash: string, label: () => string): number {
    const known = this.indexes.get(hash);
    if (known !== undefined) return known;
    if (this.labels.length > this.maxTracked) return OTHER;
    this.indexes.set(hash, this.labels.length);
    return this.labels.push(label()) - 1;
  }
}

/** A truncated label includes a hash of the whole text: two series with the same labels would make the scrape invalid. */
function labelOf(fingerprint: string): string {
  if (fingerprint.length <= MAX_LABEL_LENGTH && fingerprint !== OTHER_STATEMENTS) return fingerprint;
  const start = Buffer.from(fingerprint.slice(0, MAX_LABEL_LENGTH)).toString(); // a copy: a slice would keep the whole text in memory
  return `${start}… #${fingerprintHash(fingerprint)}`;
}
