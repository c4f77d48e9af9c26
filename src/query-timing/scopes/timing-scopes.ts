import { matches, viewsOf } from '../model/statement-pattern';
import type { Scope } from './scope';
import type { ScopeEvents } from './scope-counter';
import type { ResolvedScopeOptions } from './scope-options';
import type { RepetitionDetails, ScopedStatement } from './scoped-statement';
import { scopeStore } from './scope-store';

/** The recorder of a DataSource, as far as scopes need it. */
interface ScopeRecorder {
  countInScopes(repeatedFrom: (sql: string) => number, events: ScopeEvents): void;
  scopeClosed(scope: Scope, delivered: Set<unknown>): void;
  scopeOutlived(scope: Scope, sql: string): void;
  probeFailed(part: 'scopes', error: unknown): void;
}

/** Says what repeats a statement; null if that is not worth a look. It may throw. */
export type DescribeRepetition = (
  scope: Scope,
  statement: ScopedStatement,
  sql: string,
) => RepetitionDetails | null | undefined;

/** The part that one DataSource has in the scopes of the process. */
export class TimingScopes {
  readonly store;
  readonly budget;

  constructor(
    private readonly recorder: ScopeRecorder,
    options: ResolvedScopeOptions,
    private readonly describeRepetition?: DescribeRepetition,
  ) {
    this.store = options.store;
    this.budget = options.budget;
    recorder.countInScopes(repetitionLimit(options), this);
  }

  attach(): void {
    scopeStore.addUser(this);
  }

  detach(): void {
    scopeStore.removeUser(this);
  }

  scopeClosed(scope: Scope, delivered: Set<unknown>): void {
    this.recorder.scopeClosed(scope, delivered);
  }

  /** Once per scope and statement, when it has been repeated often enough to be a finding. */
  repeated(scope: Scope, statement: ScopedStatement, sql: string): void {
    const details = this.describeRepetition?.(scope, statement, sql);
    if (details !== undefined) scope.setDetails(statement, details);
  }

  late(scope: Scope, sql: string): void {
    this.recorder.scopeOutlived(scope, sql);
  }

  storeFailed(error: unknown): void {
    this.failed(error);
  }

  failed(error: unknown): void {
    this.recorder.probeFailed('scopes', error);
  }
}

function repetitionLimit({ repeated, ignoreRepeated }: ResolvedScopeOptions): (sql: string) => number {
  if (ignoreRepeated.length === 0) return () => repeated;
  return (sql) => {
    const views = viewsOf(sql);
    return ignoreRepeated.some((pattern) => matches(pattern, views)) ? Infinity : repeated;
  };
}
