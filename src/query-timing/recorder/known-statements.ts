import { KnownStatement } from '../model/known-statement';
import type { SqlDialect } from '../sql/dialect';
import { MAX_FINGERPRINT_INPUT } from '../sql/fingerprint';
import { OTHER, QUERY_TYPES, type QueryTypeIndex, type QueryTypes } from '../sql/query-type';
import { StatementCache } from '../sql/statement-cache';
import { isTransactionControl } from '../sql/transaction-control';
import { WorkBudget } from '../sql/work-budget';

const IGNORED = new KnownStatement(OTHER, false, true, false);

/**
 * Recognises statements by their text. One look-up finds the type, whether the statement is ignored, and where each sink
 * counts it. At most a thousand unknown statements per second are added, fewer if they are long; what arrives beyond that
 * is counted by its type only.
 */
export class KnownStatements {
  private readonly cache = new StatementCache<KnownStatement>();
  private readonly budget = new WorkBudget();
  /** By type. */
  private readonly unrecognised: readonly KnownStatement[];
  private readonly unrecognisedSavepoint = new KnownStatement(OTHER, true, false, false);

  constructor(
    private readonly dialect: SqlDialect,
    private readonly types: QueryTypes,
    /** Must not throw. */
    private readonly isIgnored: (sql: string) => boolean,
  ) {
    this.unrecognised = QUERY_TYPES.map((_, type) => {
      return new KnownStatement(type, isTransactionControl('', type, dialect), false, false);
    });
  }

  /** @param now milliseconds of the monotonic clock */
  of(sql: string, now: number): KnownStatement {
    if (sql.length > MAX_FINGERPRINT_INPUT) return this.ofLong(sql, now);
    return this.cache.get(sql) ?? this.enter(sql, now);
  }

  /** The cache knows only the start of such a text, which decides neither whether it is ignored nor always its type. */
  private ofLong(sql: string, now: number): KnownStatement {
    if (this.isIgnored(sql)) return IGNORED;
    const known = this.cache.get(sql) ?? this.enter(sql, now);
    const typeIndex = this.types.indexOf(sql);
    return known.typeIndex === typeIndex ? known : this.withoutIdentity(sql, typeIndex);
  }

  private enter(sql: string, now: number): KnownStatement {
    const affordable = this.budget.take(now, sql.length);
    if (this.isIgnored(sql)) {
      if (affordable) this.cache.set(sql, IGNORED);
      return IGNORED;
    }
    const typeIndex = this.types.indexOf(sql);
    if (!affordable) return this.withoutIdentity(sql, typeIndex);
    const known = new KnownStatement(typeIndex, isTransactionControl(sql, typeIndex, this.dialect), false, true);
    this.cache.set(sql, known);
    return known;
  }

  private withoutIdentity(sql: string, typeIndex: QueryTypeIndex): KnownStatement {
    const isSavepoint = typeIndex === OTHER && isTransactionControl(sql, typeIndex, this.dialect);
    return isSavepoint ? this.unrecognisedSavepoint : this.unrecognised[typeIndex]!;
  }
}
