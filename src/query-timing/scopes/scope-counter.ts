import { rowsOf } from '../sql/result-rows';
import { KnownScopedStatements, type StatementReading } from './known-scoped-statements';
import { LATE, type Scope } from './scope';
import type { ScopedStatement } from './scoped-statement';

/** What the counter of a DataSource reports, about statements whose scope is still open or has been closed. No method throws. */
export interface ScopeEvents {
  /** A statement has reached the limit of repetitions in a scope: called once per scope and statement. */
  repeated(scope: Scope, statement: ScopedStatement, sql: string): void;
  /** The first statement of a scope that ended after the scope was closed. */
  late(scope: Scope, sql: string): void;
  failed(error: unknown): void;
}

/** Counts the statements of one DataSource in the scopes in which they began. */
export class ScopeCounter {
  private readonly statements: KnownScopedStatements;

  constructor(
    private readonly reading: StatementReading,
    private readonly events: ScopeEvents,
  ) {
    this.statements = new KnownScopedStatements(reading);
  }

  /**
   * Counts a finished statement. Never throws.
   *
   * @param milliseconds of its execution
   * @param end in milliseconds of the monotonic clock
   * @param result of the driver
   * @param streamedRows undefined unless it was a stream
   */
  count(
    scope: Scope,
    sql: string,
    milliseconds: number,
    end: number,
    failed: boolean,
    result: unknown,
    streamedRows: number | undefined,
  ): void {
    try {
      const statement = this.statements.of(sql, end);
      if (statement === null) return;
      const { typeIndex, transactionControl } = statement ?? this.reading.known(sql, end);
      const rows = streamedRows ?? (failed ? 0 : (rowsOf(result, typeIndex) ?? 0));
      const seconds = milliseconds > 0 ? milliseconds / 1000 : 0;
      const count = scope.add(statement, typeIndex, transactionControl, seconds, rows, failed);
      if (count > 0) {
        const mayBe = count - scope.restarts >= statement!.repeatedFrom;
        if (mayBe && scope.isNewRepetition(statement!)) this.events.repeated(scope, statement!, sql);
      } else if (count === LATE && scope.late === 1) this.events.late(scope, sql);
    } catch (error) {
      this.events.failed(error);
    }
  }

  /** Null if it is excluded, undefined if unknown texts are too many to recognise this one. */
  statementOf(sql: string): ScopedStatement | null | undefined {
    return this.statements.ofCall(sql);
  }
}
