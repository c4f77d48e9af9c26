import { KnownStatement } from '../model/known-statement';
import type { SqlDialect } from '../sql/dialect';
import { MAX_FINGERPRINT_INPUT } from '../sql/fingerprint';
import { OTHER, QUERY_TYPES, type QueryTypeIndex, type QueryTypes } from '../sql/query-type';
import { StatementCache } from '../sql/statement-cache';
import { isControlType, isOtherControl } from '../sql/transaction-control';
import { WorkBudget } from '../sql/work-budget';

const IGNORED = new KnownStatement(OTHER, false, true, false);
const BY_TYPE = QUERY_TYPES.map((_, type) => new KnownStatement(type, isControlType(type), false, false));
const SAVEPOINT = new KnownStatement(OTHER, true, false, false);

/**
 * Recognises statements by their text. One look-up finds the type, whether the statement is ignored, and where each sink
 * counts it. At most five hundred unknown statements per second are added, fewer if they are long; what arrives beyond that
 * is counted by its type only.
 */
export class KnownStatements {
  private readonly cache = new StatementCache<KnownStatement>();
  private readonly budget = new WorkBudget();
  private typeIsEnough = false;

  constructor(
    private readonly dialect: SqlDialect,
    private readonly types: QueryTypes,
    /** Must not throw. Undefined if no statement is ignored. */
    private readonly isIgnored: ((sql: string) => boolean) | undefined,
  ) {}

  /** @param identify false if no sink distinguishes statements of one type */
  setIdentify(identify: boolean): void {
    // With patterns to ignore, the look-up is cheaper than the patterns.
    this.typeIsEnough = !identify && this.isIgnored === undefined;
  }

  /** @param now milliseconds of the monotonic clock */
  of(sql: string, now: number): KnownStatement {
    if (this.typeIsEnough) return BY_TYPE[this.types.indexOf(sql)]!;
    if (sql.length > MAX_FINGERPRINT_INPUT) return this.ofLong(sql, now);
    return this.cache.get(sql) ?? this.enter(sql, now);
  }

  /** The cache knows only the start of such a text, which decides neither whether it is ignored nor always its type. */
  private ofLong(sql: string, now: number): KnownStatement {
    if (this.isIgnored?.(sql)) return IGNORED;
    const known = this.cache.get(sql) ?? this.enter(sql, now);
    const typeIndex = this.types.indexOf(sql);
    return known.typeIndex === typeIndex ? known : this.withoutIdentity(sql, typeIndex);
  }

  private enter(sql: string, now: number): KnownStatement {
    const affordable = this.budget.take(now, sql.length);
    if (this.isIgnored?.(sql)) {
      if (affordable) this.cache.set(sql, IGNORED);
      return IGNORED;
    }
    const typeIndex = this.types.indexOf(sql);
    if (!affordable) return this.withoutIdentity(sql, typeIndex);
    const known = new KnownStatement(typeIndex, this.isControl(sql, typeIndex), false, true);
    this.cache.set(sql, known);
    return known;
  }

  private withoutIdentity(sql: string, typeIndex: QueryTypeIndex): KnownStatement {
    return this.isControl(sql, typeIndex) === BY_TYPE[typeIndex]!.transactionControl ? BY_TYPE[typeIndex]! : SAVEPOINT;
  }

  private isControl(sql: string, typeIndex: QueryTypeIndex): boolean {
    return isControlType(typeIndex) || (typeIndex === OTHER && isOtherControl(sql, this.dialect));
  }
}
