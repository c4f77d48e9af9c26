import { monotonicNow } from '../globals';
import { printable } from '../model/printable';
import { flatCopy } from '../sql/flat-copy';
import { QUERY_TYPES, type QueryTypeIndex } from '../sql/query-type';
import { callHash, NOT_COMPARED, parametersHash } from './parameter-hash';
import { scopeName } from './scope-name';
import type { QueryBudgetLimits } from './scope-options';
import type { RepetitionDetails, ScopedStatement } from './scoped-statement';

/** Distinct statements with separate figures. All others are counted together. */
export const MAX_STATEMENTS = 32;
/** Of those, statements that came after the first ones, until they are repeated. */
const CHANGING_ROWS = 8;
const KEPT_ROWS = MAX_STATEMENTS - CHANGING_ROWS;

/** What {@link Scope.add} returns for a statement that ended after the scope was closed. */
export const LATE = -1;

const MAX_ID_LENGTH = 200;

const FIGURES = 5;
const COUNT = 0;
const SECONDS = 1;
/** How often it has been asked for. Of one that reads pages, a hash of the last call after the first one. */
const CALLS = 2;
/** The hash of the parameters or of the page that is counted; at first {@link NOT_COMPARED}, which is 0. */
const HASH = 3;
const SAME = 4;

export interface ScopeOrigin {
  readonly requestId?: string | undefined;
  /** `Controller.handler` */
  readonly handler?: string | undefined;
}

/** Of how many statements it is known since when half of their repetitions were there. */
const MAX_HALFWAYS = 8;

interface Halfway {
  readonly statement: ScopedStatement;
  readonly call: number;
  readonly at: number;
  readonly busySeconds: number;
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
  /** How many rows have been taken or passed over. */
  private taken = 0;
  /** Of the statements that have been asked for often enough to be a finding, the call that made it one. */
  repeatedCalls: readonly RepeatedCall[] | undefined = undefined;
  /** How often all began again: after a rollback, or for another tenant. Each of them has made each statement run again. */
  restarts = 0;
  /** Few scopes have any. */
  private halfways: Halfway[] | undefined = undefined;
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
    const hash = statement.hasTexts ? callHash(sql, parameters) : parametersHash(sql, parameters);
    if (figures[at + HASH] === hash && hash !== NOT_COMPARED) figures[at + SAME]! += 1;
    else if (figures[at + SAME]! <= 1) {
      figures[at + HASH] = hash;
      figures[at + SAME] = 1;
    }
    return (figures[at + CALLS]! += 1);
  }

  /** Notes a statement that sets something. @returns false if it sets the same value as the last time */
  noteSetting(statement: ScopedStatement, sql: string, parameters: unknown): boolean {
    const row = this.rowOf(statement);
    const hash = callHash(sql, parameters);
    if (row < 0 || hash === NOT_COMPARED) return true;
    const at = row * FIGURES + HASH;
    const isSame = this.figures[at] === hash;
    this.figures[at] = hash;
    return !isSame;
  }

  /**
   * Notes a call of a statement that reads a page. That of the first call is not known, because most work reads one.
   *
   * @param page reads what the call reads: a hash of the page, and one of the whole call
   * @returns how often the page that is counted has been asked for, each time of other rows
   */
  notePage(statement: ScopedStatement, page: () => readonly [page: number, call: number]): number {
    const row = this.rowOf(statement);
    if (row < 0) return 0;
    const { figures } = this;
    const at = row * FIGURES;
    if (figures[at + CALLS] === 0) {
      figures[at + CALLS] = 1;
      return 0;
    }
    const [hash, call] = page();
    if (hash === NOT_COMPARED || call === NOT_COMPARED) return figures[at + SAME]!;
    if (figures[at + HASH] === NOT_COMPARED) figures[at + HASH] = hash;
    // The same call again waits for the rows to change.
    if (figures[at + HASH] === hash && figures[at + CALLS] !== call) figures[at + SAME]! += 1;
    figures[at + CALLS] = call;
    return figures[at + SAME]!;
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

  /** Whether each call of a statement had the same parameters. */
  isAlwaysSame(statement: ScopedStatement): boolean {
    const at = this.distinct.indexOf(statement) * FIGURES;
    return at >= 0 && !statement.pages && this.figures[at + SAME] === this.figures[at + CALLS];
  }

  /** Notes that a statement has run about half as often as it takes to be a finding. */
  noteHalfway(statement: ScopedStatement): void {
    const halfways = (this.halfways ??= []);
    if (halfways.length === MAX_HALFWAYS) halfways.shift();
    const call = this.figures[this.distinct.indexOf(statement) * FIGURES + CALLS]!;
    halfways.push({ statement, call, at: monotonicNow(), busySeconds: this.busySeconds });
  }

  /** How long the work has done something else since then than wait for the database, per call, in milliseconds. */
  idleMsPerCall(statement: ScopedStatement): number {
    const halfway = this.halfways?.find((one) => one.statement.isSame(statement));
    if (halfway === undefined) return 0;
    const calls = this.figures[this.distinct.indexOf(statement) * FIGURES + CALLS]! - halfway.call;
    const idle = monotonicNow() - halfway.at - 1000 * (this.busySeconds - halfway.busySeconds);
    return calls > 0 ? idle / calls : 0;
  }

  private get busySeconds(): number {
    return this.seconds + this.poolSeconds;
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

  /** How often a statement is a repetition: of one that reads pages, those of the page that is counted. */
  repetitionsOf(row: number): number {
    return this.distinct[row]!.pages ? this.sameCallsOf(row) - this.restarts : this.runsOf(row);
  }

  /** Whether it has reached its limit just now, and nothing is known about its repetition yet. */
  isNewRepetition(statement: ScopedStatement): boolean {
    const row = this.distinct.indexOf(statement);
    return row >= 0 && this.details?.[row] === undefined && this.repetitionsOf(row) >= statement.repeatedFrom;
  }

  secondsOf(row: number): number {
    return this.figures[row * FIGURES + SECONDS]!;
  }

  private addOther(seconds: number): number {
    this.others++;
    this.otherSeconds += seconds;
    return 0;
  }

  /** Whether statements have been left out of {@link distinct}. */
  get isFull(): boolean {
    return this.distinct.length === MAX_STATEMENTS;
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
    if (this.isFull) return this.takeRow(statement);
    figures.push(0, 0, 0, 0, 0);
    return distinct.push(statement) - 1;
  }

  /** Takes the row of a statement that has run once: one that is repeated later on must not be missed. */
  private takeRow(statement: ScopedStatement): number {
    const { figures } = this;
    for (let i = 0; i < CHANGING_ROWS; i++) {
      const row = KEPT_ROWS + ((this.taken + i) % CHANGING_ROWS);
      const at = row * FIGURES;
      if (figures[at + COUNT] !== 1 || figures[at + CALLS]! > 1) continue;
      this.others++;
      this.otherSeconds += figures[at + SECONDS]!;
      figures.fill(0, at, at + FIGURES);
      this.distinct[row] = statement;
      this.taken += i + 1;
      return row;
    }
    return -1;
  }
}

function idText(id: unknown): string {
  return typeof id === 'string' && id.length <= MAX_ID_LENGTH ? id : flatCopy(printable(id, MAX_ID_LENGTH));
}
