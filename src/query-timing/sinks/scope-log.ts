import { monotonicNow } from '../globals';
import type { ExceededLimit, RepeatedStatement } from '../model/scope-summary';
import { isThenable } from '../model/thenable';
import { exceededIn, repeatedIn } from '../scopes/findings';
import type { Scope } from '../scopes/scope';
import { LogEntry } from './log-entry';
import { RateLimit } from './rate-limit';
import type { SlowQueryLogOptions } from './slow-query-log';
import { milliseconds } from './statement-fields';

/** Writes one line per finding of a unit of work, and one when the first statement outlives it. */
export class ScopeLog {
  private readonly limit: RateLimit;

  constructor(private readonly options: Omit<SlowQueryLogOptions, 'logParameters'>) {
    this.limit = new RateLimit(options.slowLogPerMinute, options.slowLogPerStatement);
  }

  record(): void {
    // Statements are lines of the slow-query log.
  }

  recordScope(scope: Scope): unknown {
    const lines = repeatedIn(scope).map((repeated) => () => this.repeated(scope, repeated));
    const exceeded = exceededIn(scope);
    if (exceeded.length > 0) lines.push(() => this.exceeded(scope, exceeded));
    return writeAll(lines);
  }

  recordLateStatement(scope: Scope, statement: string): unknown {
    const fields = { data_source: this.options.dataSource, statement: this.cut(statement) };
    return this.warn('Statement after the end of its unit of work', 'DB_LATE_STATEMENT', scope, scope.name, fields);
  }

  private repeated(scope: Scope, { statement, fingerprint, dataSource, count, seconds, ...origin }: RepeatedStatement) {
    const { relation, lookup, sameParameters, inTransaction, reload, caller, hint } = origin;
    return this.warn('Repeated statement', 'DB_REPEATED_STATEMENT', scope, fingerprint, {
      duration_ms: milliseconds(seconds),
      count,
      ...(relation !== undefined && { relation }),
      ...(lookup !== undefined && { lookup }),
      ...(sameParameters && { same_parameters: true }),
      ...(inTransaction && { in_transaction: true }),
      ...(reload && { reload: true }),
      hint,
      statement: this.cut(statement),
      fingerprint,
      data_source: dataSource,
      ...(caller !== undefined && { caller }),
    });
  }

  private exceeded(scope: Scope, exceeded: readonly ExceededLimit[]): unknown {
    const { statements, errors, seconds } = scope;
    return this.warn('Query budget exceeded', 'DB_QUERY_BUDGET', scope, scope.name, {
      duration_ms: milliseconds(seconds),
      statements,
      errors,
      ...Object.fromEntries(
        exceeded.flatMap(({ limit, allowed, actual }) => [
          [`${limit}_allowed`, allowed],
          [`${limit}_used`, actual],
        ]),
      ),
    });
  }

  private warn(message: string, operation: string, scope: Scope, of: string, fields: object): unknown {
    const kind = `${operation} ${of}`;
    const suppressed = this.limit.pass(kind, monotonicNow());
    if (suppressed === undefined) return undefined;
    const { name, handler, requestId } = scope;
    const origin = {
      scope: name,
      ...(handler !== undefined && { handler }),
      ...(requestId !== undefined && { request_id: requestId }),
    };
    try {
      return this.options.logger.warn(new LogEntry(message, { operation, ...origin, ...fields, ...suppressed }));
    } catch (error) {
      this.limit.refused(kind, suppressed);
      throw error;
    }
  }

  private cut(statement: string): string {
    return statement.slice(0, this.options.maxStatementLength);
  }
}

/** Writes each of the lines, also after the logger has refused one. @throws what it has refused first */
function writeAll(lines: readonly (() => unknown)[]): unknown {
  const written: unknown[] = [];
  const refusals: unknown[] = [];
  for (const line of lines) {
    try {
      written.push(line());
    } catch (error) {
      refusals.push(error);
    }
  }
  if (refusals.length > 0) throw refusals[0];
  return written.some(isThenable) ? Promise.all(written) : undefined;
}
