import { monotonicNow } from '../globals';
import type { KnownStatement } from '../model/known-statement';
import { fingerprintHash } from '../sql/fingerprint-hash';
import { MAX_FINGERPRINT_INPUT } from '../sql/fingerprint';
import { flatCopy, shortened } from '../sql/flat-copy';
import { StatementCache } from '../sql/statement-cache';
import { WorkBudget } from '../sql/work-budget';
import type { QueryTypeIndex } from '../sql/query-type';
import { callHash } from './parameter-hash';
import { ScopedStatement } from './scoped-statement';
import type { RepetitionReading } from './statement-reading';

/** Characters of the texts that are recognised without normalising them. */
const MAX_CHARACTERS = 131_072;
/** Fingerprints whose statements are kept. */
const MAX_KEPT = 512;
/** Characters of a statement that is kept. */
const MAX_TEXT_LENGTH = 1000;

/** How the statements of a DataSource are read. No function throws. */
export interface StatementReading {
  readonly dataSource: string;
  known(sql: string, now: number): KnownStatement;
  normalised(sql: string): string;
  repetition(sql: string, typeIndex: QueryTypeIndex): RepetitionReading;
  /** How often a statement runs in a scope before it is reported as repeated; Infinity for never. */
  repeatedFrom(sql: string): number;
}

/** Recognises the statements of a DataSource, whose texts with the same fingerprint share one object. */
export class KnownScopedStatements {
  private readonly cache = new StatementCache<ScopedStatement | null>(MAX_CHARACTERS);
  /** The oldest first. */
  private readonly byFingerprint = new Map<string, ScopedStatement>();
  private readonly budget = new WorkBudget();
  /** The last look-up: each statement is looked up several times in a row. */
  private lastText = '';
  private last: ScopedStatement | null = null;

  constructor(private readonly reading: StatementReading) {}

  /**
   * @param now milliseconds of the monotonic clock
   * @returns null if it is excluded, undefined if unknown texts are too many to recognise this one
   */
  of(sql: string, now: number): ScopedStatement | null | undefined {
    if (sql === this.lastText) return this.last;
    if (sql.length > MAX_FINGERPRINT_INPUT) return this.ofLong(sql, now);
    const statement = this.cache.get(sql) ?? this.enter(sql, now);
    if (statement !== undefined) {
      this.lastText = sql;
      this.last = statement;
    }
    return statement;
  }

  /** The same without the time, which only an unknown text needs. */
  ofCall(sql: string): ScopedStatement | null | undefined {
    if (sql === this.lastText) return this.last;
    return (sql.length > MAX_FINGERPRINT_INPUT ? undefined : this.cache.get(sql)) ?? this.of(sql, monotonicNow());
  }

  /** The cache knows only the start and the end of such a text. */
  private ofLong(sql: string, now: number): ScopedStatement | null | undefined {
    return this.reading.known(sql, now).ignored ? null : (this.cache.get(sql) ?? this.enter(sql, now));
  }

  private enter(sql: string, now: number): ScopedStatement | null | undefined {
    // Excluded ones are found here again and again: the look-up that decides it is a fast one.
    const { ignored, transactionControl, typeIndex } = this.reading.known(sql, now);
    if (ignored) return null;
    if (!this.budget.take(now, sql.length)) return undefined;
    const { dataSource } = this.reading;
    const text = this.reading.normalised(sql);
    const fingerprint = flatCopy(fingerprintHash(text));
    const { batch, expected, pages, restarts, table } = this.reading.repetition(sql, typeIndex);
    const key = batch ? `${fingerprint} batch` : fingerprint;
    let statement = this.byFingerprint.get(key);
    if (statement === undefined) {
      const limit = this.reading.repeatedFrom(sql);
      const repeatedFrom = batch || expected ? Infinity : limit;
      const kept = shortened(text, MAX_TEXT_LENGTH);
      statement = new ScopedStatement(
        dataSource,
        fingerprint,
        kept,
        typeIndex,
        transactionControl,
        repeatedFrom,
        limit !== Infinity,
        batch,
        table,
        restarts,
        pages,
      );
      this.keep(key, statement);
    }
    statement.noteText(callHash(sql, undefined));
    this.cache.set(sql, statement);
    return statement;
  }

  private keep(key: string, statement: ScopedStatement): void {
    const { byFingerprint } = this;
    byFingerprint.set(key, statement);
    if (byFingerprint.size <= MAX_KEPT) return;
    const [oldest] = byFingerprint;
    byFingerprint.delete(oldest![0]);
    oldest![1].forgetText();
  }
}
