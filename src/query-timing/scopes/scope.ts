import { monotonicNow } from '../globals';
import { printable } from '../model/printable';
import { flatCopy } from '../sql/flat-copy';
import { QUERY_TYPES, type QueryTypeIndex } from '../sql/query-type';
import { NOT_COMPARED, parametersHash } from './parameter-hash';
import { scopeName } from './scope-name';
import type { QueryBudgetLimits } from './scope-options';
import type { RepetitionDetails, ScopedStatement } from './scoped-statement';

/** Distinct statements with separate figures. All others are counted together. */
export const MAX_STATEMENTS = 32;

/** What {@link Scope.add} returns for a statement that ended after the scope was closed. */
export const LATE = -1;

const MAX_ID_LENGTH = 200;

const FIGURES = 5;
const COUNT = 0;
const SECONDS = 1;
const CALLS = 2;
/** The hash of the parameters that are counted. */
const HASH = 3;
const SAME = 4;

export interface ScopeOrigin {
  readonly requestId?: string | undefined;
  /** `Controller.handler` */
  readonly handler?: string | undefined;
}

/** The call that made a repetition. */
export interface RepeatedCall {
  readonly statement: ScopedStatement;
  readonly caller: string | undefined;
  readonly inTransaction: boolean;
  /** TypeORM itself repeats it, for one `save()` of a list. */
  readonly ofOneSave: boolean;
}

/**
 * What one unit of work did to the database: flat figures of bounded size. It may be read while the work goes on. All
 * times are seconds.
 */
export class Scope {
  private printableName!: string;
  readonly requestId: string | undefined;
  handler: string | undefined;
  /** What it may do; undefined without limits. */
  budget: QueryBudgetLimits | undefined = undefined;
  /** The object of the application on which it hangs, if that is how it is found. */
  context: object | undefined = undefined;
  /** How many scopes are around it. */
  readonly depth: number;
  readonly openedAt = monotonicNow();
  /** In milliseconds of the monotonic clock; 0 while it is open. */
  closedAt = 0;
  /** Finished statements that read or write data. */
  statements = 0;
  errors = 0;
  rows = 0;
  seconds = 0;
  poolSeconds = 0;
  transactionSeconds = 0;
  /** Statements that ended after the scope was closed. No other figure includes them. */
  late = 0;
  /** Statements without a row, and their time. */
  others = 0;
  otherSeconds = 0;
  readonly types: number[] = QUERY_TYPES.map(() => 0);
  /** By row. */
  readonly distinct: ScopedStatement[] = [];
  private readonly figures: number[] = [];
  /** Of the statements that have been asked for often enough to be a finding, the call that made it one. */
  repeatedCalls: readonly RepeatedCall[] | undefined = undefined;
  /** How often all began again: after a rollback, or for another tenant. Each of them has made each statement run again. */
  restarts = 0;
  /** An INSERT is about to become a repetition. */
  watchesInserts = false;
  /** The statement that was asked for last. */
  lastCalled: ScopedStatement | undefined = undefined;
  /** By row; null for a repetition that is not worth a look. Few scopes have any. */
  private details: (RepetitionDetails | null | undefined)[] | undefined = undefined;

  constructor(name: string, outer: Scope | undefined, { requestId, handler }: ScopeOrigin = {}) {
    this.depth = outer === undefined ? 0 : outer.depth + 1;
    this.name = name;
    this.requestId = requestId === undefined ? outer?.requestId : idText(requestId);
    this.handler = handler;
  }

  /** One line of at most 100 characters. */
  get name(): string {
    return this.printableName;
  }

  /** The name may be known late, such as the route of a request. */
  set name(name: string) {
    this.printableName = scopeName(name);
  }

  get isClosed(): boolean {
    return this.closedAt !== 0;
  }

  /**
   * Counts a finished statement.
   *
   * @param statement undefined for one that cannot be distinguished
   * @returns how often it has run in this scope; 0 if that is not known; {@link LATE}
   */
  add(
    statement: ScopedStatement | undefined,
    typeIndex: QueryTypeIndex,
    control: boolean,
    seconds: number,
    rows: number,
    failed: boolean,
  ): number {
    if (this.closedAt !== 0) {
      this.late++;
      return LATE;
    }
    this.types[typeIndex]! += 1;
    this.seconds += seconds;
    if (failed) this.errors++;
    if (control) return 0;
    this.statements++;
    this.rows += rows;
    if (statement === undefined) return this.addOther(seconds);
    const row = this.rowOf(statement);
    if (row < 0) return this.addOther(seconds);
    const { figures } = this;
    const at = row * FIGURES;
    figures[at + SECONDS]! += seconds;
    return (figures[at + COUNT]! += 1);
  }

  addTransaction(seconds: number): void {
    if (this.closedAt === 0) this.transactionSeconds += seconds;
  }

  addPoolWait(seconds: number, failed: boolean): void {
    if (this.closedAt !== 0) return;
    this.poolSeconds += seconds;
    if (failed) this.errors++;
  }

  /**
   * Notes that a statement has been asked for, which is before it begins.
   *
   * @returns how often it has been asked for in this scope; 0 if that is not known
   */
  noteCall(statement: ScopedStatement, sql: string, parameters: unknown): number {
    const row = this.rowOf(statement);
    if (row < 0) return 0;
    const { figures } = this;
    const at = row * FIGURES;
    const hash = parametersHash(sql, parameters);
    if (figures[at + HASH] === hash && hash !== NOT_COMPARED) figures[at + SAME]! += 1;
    else if (figures[at + SAME]! <= 1) {
      figures[at + HASH] = hash;
      figures[at + SAME] = 1;
    }
    return (figures[at + CALLS]! += 1);
  }

  /** Whether the call that made it a repetition is known. */
  hasRepeatedCall(statement: ScopedStatement): boolean {
    const { repeatedCalls } = this;
    if (repeatedCalls === undefined) return false;
    for (let i = 0; i < repeatedCalls.length; i++) if (repeatedCalls[i]!.statement.isSame(statement)) return true;
    return false;
  }

  /** How often the statement has been asked for with the same parameters: those of one call, not necessarily the most. */
  sameCallsOf(row: number): number {
    return this.figures[row * FIGURES + SAME]!;
  }

  /** @param details null if its repetition is not worth a look */
  setDetails(statement: ScopedStatement, details: RepetitionDetails | null): void {
    const row = this.distinct.indexOf(statement);
    if (row < 0) return;
    this.details ??= [];
    this.details[row] = details;
  }

  detailsOf(row: number): RepetitionDetails | null | undefined {
    return this.details?.[row];
  }

  countOf(row: number): number {
    return this.figures[row * FIGURES + COUNT]!;
  }

  /** How often it has run, except where all began again. */
  runsOf(row: number): number {
    return this.countOf(row) - this.restarts;
  }

  /** Whether nothing is known yet about the repetition of a statement. */
  isNewRepetition(statement: ScopedStatement): boolean {
    return this.details?.[this.distinct.indexOf(statement)] === undefined;
  }

  secondsOf(row: number): number {
    return this.figures[row * FIGURES + SECONDS]!;
  }

  private addOther(seconds: number): number {
    this.others++;
    this.otherSeconds += seconds;
    return 0;
  }

  /** Negative if there is no room for another one. */
  private rowOf(statement: ScopedStatement): number {
    const { distinct } = this;
    for (let row = 0; row < distinct.length; row++) if (distinct[row] === statement) return row;
    return this.newRow(statement);
  }

  private newRow(statement: ScopedStatement): number {
    const { distinct, figures } = this;
    // It may have been forgotten meanwhile and recognised again, as another object.
    const row = distinct.findIndex((known) => known.isSame(statement));
    if (row >= 0) {
      distinct[row] = statement;
      return row;
    }
    if (distinct.length === MAX_STATEMENTS) return -1;
    figures.push(0, 0, 0, NOT_COMPARED, 0);
    return distinct.push(statement) - 1;
  }
}

function idText(id: unknown): string {
  return typeof id === 'string' && id.length <= MAX_ID_LENGTH ? id : flatCopy(printable(id, MAX_ID_LENGTH));
}
