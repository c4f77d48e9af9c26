import type { SqlDialect } from '../sql/dialect';
import { QUERY_TYPES } from '../sql/query-type';
import { shapeOf, type PageStart, type TableReference } from '../sql/statement-shape';
import { callerOf, callOf } from './callers/caller';
import type { CalledMethod } from './callers/callers';
import { callHash, NOT_COMPARED, pageHash } from './parameter-hash';
import type { RelationNames } from './relations/relation-names';
import type { RepeatedCall, Scope } from './scope';
import type { ScopeCounter } from './scope-counter';
import type { RepetitionDetails, ScopedStatement } from './scoped-statement';
import type { ScopeStore } from './scope-store';

const SELECT = QUERY_TYPES.indexOf('SELECT');
const INSERT = QUERY_TYPES.indexOf('INSERT');
const UPDATE = QUERY_TYPES.indexOf('UPDATE');
const ROLLBACK = QUERY_TYPES.indexOf('ROLLBACK');

/** Sees each call of a statement of one DataSource in a scope, and captures the caller of the one that makes a repetition. */
export class Repetitions {
  /** By query runner: the caller of the INSERT that it is going to send. */
  private readonly inserters = new WeakMap<object, string>();
  /** By query runner: how many rows the last `save()` or `remove()` changes. */
  private readonly changes = new WeakMap<object, { readonly batch: unknown; rows: number }>();

  /** The last text that was read for its pages. With other parameters, they are in the same places. */
  private lastPaged = '';
  private lastStarts: readonly PageStart[] = [];

  constructor(
    private readonly store: Pick<ScopeStore, 'current' | 'noteCall'>,
    private readonly counter: ScopeCounter,
    private readonly names: RelationNames,
    private readonly dialect: SqlDialect,
  ) {}

  called(runner: object, sql: string, parameters: unknown, method: CalledMethod): void {
    this.store.noteCall(runner);
    const scope = this.store.current();
    if (scope === undefined || scope.isClosed) return;
    const statement = this.counter.statementOf(sql);
    if (statement === undefined || statement === null) return;
    if (statement.repeatedFrom !== Infinity) {
      const calls = statement.pages
        ? scope.notePage(statement, () => this.readPage(sql, parameters))
        : scope.noteCall(statement, sql, parameters);
      this.counted(scope, statement, calls, runner, method);
    }
    if (statement.typeIndex === INSERT) this.inserters.delete(runner);
    if (statement.restarts) this.restarted(scope, statement, sql, parameters);
    scope.lastCalled = statement;
  }

  /** A setting that has the same value as before changes nothing. */
  private restarted(scope: Scope, statement: ScopedStatement, sql: string, parameters: unknown): void {
    if (statement.typeIndex === ROLLBACK || scope.noteSetting(statement, sql, parameters)) scope.restarts++;
  }

  private readPage(sql: string, parameters: unknown): readonly [page: number, call: number] {
    const call = callHash(sql, parameters);
    if (call === NOT_COMPARED) return [NOT_COMPARED, NOT_COMPARED];
    if (this.lastPaged !== sql) {
      this.lastStarts = shapeOf(sql, this.dialect).pageStarts ?? [];
      this.lastPaged = sql;
    }
    return [pageHash(this.lastStarts, parameters), call];
  }

  changing(runner: object, batch: unknown, insertedBy: CalledMethod | undefined): void {
    const present = this.changes.get(runner);
    if (present?.batch === batch) present!.rows++;
    else this.changes.set(runner, { batch, rows: 1 });
    if (insertedBy !== undefined) this.inserting(runner, insertedBy);
  }

  /** Those of the rows before the one that makes a repetition are looked at, too. */
  private inserting(runner: object, method: CalledMethod): void {
    if (this.store.current()?.watchesInserts !== true || this.inserters.has(runner)) return;
    const caller = callerOf(method);
    if (caller !== undefined) this.inserters.set(runner, caller);
  }

  private counted(scope: Scope, statement: ScopedStatement, calls: number, runner: object, method: CalledMethod): void {
    const { repeatedFrom, typeIndex } = statement;
    const runs = calls - scope.restarts;
    if (typeIndex === INSERT && runs === Math.max(1, repeatedFrom - 2)) scope.watchesInserts = true;
    if (typeIndex === SELECT && runs === repeatedFrom >> 1) scope.noteHalfway(statement);
    if (runs < repeatedFrom || scope.hasRepeatedCall(statement)) return;
    const call = this.captured(scope, statement, runner, method);
    scope.repeatedCalls = [...(scope.repeatedCalls ?? []), call];
  }

  private captured(scope: Scope, statement: ScopedStatement, runner: object, method: CalledMethod): RepeatedCall {
    const { caller: visible, inSave } = callOf(method);
    const caller = visible ?? this.inserters.get(runner);
    scope.watchesInserts = false;
    const inTransaction = (runner as { isTransactionActive?: unknown }).isTransactionActive === true;
    const ofOneSave = inSave && this.isOfOneSave(scope, statement, this.changes.get(runner)?.rows ?? 0);
    return { statement, caller, inTransaction, ofOneSave };
  }

  /**
   * TypeORM saves a list with one UPDATE per entity, and some with several statements each. Of a list that is saved in chunks,
   * nothing else comes between them.
   */
  private isOfOneSave(scope: Scope, statement: ScopedStatement, rows: number): boolean {
    const { repeatedFrom, typeIndex } = statement;
    if (rows >= repeatedFrom) return true;
    const oneEach = typeIndex === UPDATE || (typeIndex === INSERT && this.dialect.inlinesNumbers);
    return rows !== 1 && oneEach && scope.lastCalled === statement;
  }

  /** What is known about a repetition; null if it is not worth a look. */
  describe(scope: Scope, statement: ScopedStatement, sql: string): RepetitionDetails | null {
    const call = scope.repeatedCalls?.find((one) => one.statement.isSame(statement));
    if (call?.ofOneSave || isAskedAgain(scope, statement, sql)) return null;
    const { caller, inTransaction = false } = call ?? {};
    const readBefore = statement.typeIndex === SELECT ? tablesReadBefore(scope, statement) : undefined;
    const names = this.names.of(shapeOf(sql, this.dialect), readBefore);
    const reload = statement.typeIndex === SELECT && call !== undefined && isReload(scope, call);
    return {
      ...names,
      ...(caller !== undefined && { caller }),
      ...(inTransaction && { inTransaction }),
      ...(reload && { reload }),
    };
  }
}

/** Work that waits as long between two calls, on average, is not slow because of them: it waits for something. */
const MIN_MS_OF_POLLING = 100;
const COUNTS = /^\s*select\s+count\s*\(/i;

/** Whether each call had the same parameters, and asks what may have changed, or how many rows the pages have. */
function isAskedAgain(scope: Scope, statement: ScopedStatement, sql: string): boolean {
  if (statement.typeIndex !== SELECT || !scope.isAlwaysSame(statement)) return false;
  if (scope.idleMsPerCall(statement) >= MIN_MS_OF_POLLING) return true;
  return COUNTS.test(sql) && scope.distinct.some((one) => one.pages && isSameTable(one.table, statement.table));
}

/** A repeated write of the same table came before it, from another line: beside one from the same line, it is part of that. */
function isReload({ repeatedCalls = [] }: Scope, { statement, caller }: RepeatedCall): boolean {
  const writes = repeatedCalls.filter(
    (one) => one.statement.typeIndex !== SELECT && isSameTable(one.statement.table, statement.table),
  );
  return writes.length > 0 && caller !== undefined && writes.every((write) => write.caller !== caller);
}

function tablesReadBefore(scope: Scope, statement: ScopedStatement): TableReference[] {
  const tables: TableReference[] = [];
  for (const before of scope.distinct) {
    // A statement may have the row of an earlier one.
    if (before === statement && !scope.isFull) break;
    if (before.typeIndex === SELECT && before.dataSource === statement.dataSource && before.table)
      tables.push(before.table);
  }
  return tables;
}

function isSameTable(one: TableReference | undefined, other: TableReference | undefined): boolean {
  return one !== undefined && other !== undefined && one.path.join('.') === other.path.join('.');
}
