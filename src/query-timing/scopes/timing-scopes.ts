import { matches, viewsOf } from '../model/statement-pattern';
import type { SqlDialect } from '../sql/dialect';
import type { QueryTypeIndex } from '../sql/query-type';
import type { Callers } from './callers/callers';
import type { Scope } from './scope';
import type { ScopeCounter, ScopeEvents } from './scope-counter';
import type { ResolvedScopeOptions } from './scope-options';
import type { StatementReading } from './known-scoped-statements';
import type { RelationNames } from './relations/relation-names';
import { Repetitions } from './repetitions';
import type { ScopedStatement } from './scoped-statement';
import { scopeStore, type ScopeStore, type ScopeUser } from './scope-store';
import { readRepetition, UNREADABLE } from './statement-reading';

/** The recorder of a DataSource, as far as scopes need it. */
interface ScopeRecorder {
  countInScopes(reading: Pick<StatementReading, 'repeatedFrom' | 'repetition'>, events: ScopeEvents): ScopeCounter;
  scopeClosed(scope: Scope, delivered: Set<unknown>): void;
  scopeOutlived(scope: Scope, sql: string): void;
  probeFailed(part: 'scopes', error: unknown): void;
}

/** How a DataSource names and sends its statements. */
export interface StatementSource {
  readonly dialect: SqlDialect;
  readonly names: RelationNames;
  readonly callers: Callers;
  /** Where its scopes are found. */
  readonly current: Pick<ScopeStore, 'current' | 'noteCall'>;
}

/** The part that one DataSource has in the scopes of the process, from `initialize()` to `destroy()`. */
export class TimingScopes implements ScopeUser {
  readonly store;
  readonly budget;
  private readonly repetitions: Repetitions;
  private isAttached = false;

  constructor(
    private readonly recorder: ScopeRecorder,
    options: ResolvedScopeOptions,
    { dialect, names, callers, current }: StatementSource,
  ) {
    this.store = options.store;
    this.budget = options.budget;
    const repetition = (sql: string, typeIndex: QueryTypeIndex) => {
      try {
        return readRepetition(sql, typeIndex, dialect, names);
      } catch (error) {
        this.failed(error);
        return UNREADABLE;
      }
    };
    const counter = recorder.countInScopes({ repeatedFrom: repetitionLimit(options), repetition }, this);
    this.repetitions = new Repetitions(current, counter, names, dialect);
    callers.setObserver(this.repetitions);
  }

  attach(): void {
    this.isAttached = true;
    scopeStore.addUser(this);
  }

  detach(): void {
    this.isAttached = false;
    scopeStore.removeUser(this);
  }

  /** The DataSource is about to be initialised, perhaps again. */
  opened(): void {
    if (this.isAttached) scopeStore.addUser(this);
  }

  ready(): void {
    // It has been added before: migrations may run in a scope.
  }

  /** The DataSource is closed. */
  closed(): void {
    if (this.isAttached) scopeStore.retireUser(this);
  }

  scopeClosed(scope: Scope, delivered: Set<unknown>): void {
    this.recorder.scopeClosed(scope, delivered);
  }

  /** Once per scope and statement, when it has been repeated often enough to be a finding. */
  repeated(scope: Scope, statement: ScopedStatement, sql: string): void {
    // Only once, also if it cannot be described.
    scope.setDetails(statement, {});
    scope.setDetails(statement, this.repetitions.describe(scope, statement, sql));
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
