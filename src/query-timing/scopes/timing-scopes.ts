import { matches, viewsOf } from '../model/statement-pattern';
import type { Scope } from './scope';
import type { ScopeEvents } from './scope-counter';
import type { ResolvedScopeOptions } from './scope-options';
import { scopeStore } from './scope-store';

/** The recorder of a DataSource, as far as scopes need it. */
interface ScopeRecorder {
  countInScopes(repeatedFrom: (sql: string) => number, events: ScopeEvents): void;
  scopeClosed(scope: Scope, delivered: Set<unknown>): void;
  probeFailed(part: 'scopes', error: unknown): void;
}

/** The part that one DataSource has in the scopes of the process. */
export class TimingScopes {
  readonly store;

  constructor(
    private readonly recorder: ScopeRecorder,
    options: ResolvedScopeOptions,
  ) {
    this.store = options.store;
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

  repeated(): void {
    // Read at the end of the scope.
  }

  late(): void {
    // Read at the end of the scope.
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
