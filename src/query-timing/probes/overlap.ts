import { soon } from '../globals';
import type { Scope } from '../scopes/scope';
import { abandonedOn, isPipelined, outstandingOn, type AbandonedStatement } from './connection-state';
import { reportsOf, type CurrentReport } from './reports';

/** The part of TypeORM's events that identifies a statement. */
export interface StatementEvent {
  readonly queryRunner: object;
  /** A text, or what a driver accepts instead of one. */
  readonly query: unknown;
  readonly parameters?: unknown;
}

/** When and where a statement was passed to its connection, and how long it had waited for the pool. */
export interface Asked {
  readonly start: number;
  readonly poolWait: number;
  /** In which it began. */
  readonly scope: Scope | undefined;
}

interface OpenStatement extends Asked {
  readonly query: unknown;
  /** Only their identity: a statement that never ends must not keep them in memory. */
  readonly parameters: WeakRef<object> | undefined;
  /**
   * True when what was queued at its start has run: it has reached its connection, or never will. Before that, no time says
   * anything: the process may have been busy.
   */
  settled: boolean;
}

/**
 * How a connection runs its statements: `synchronous`, so that none is ever outstanding; `asked`, because it can be asked which
 * ones are; or `in order`, so that one which has ended shows that those before it have ended or were lost.
 */
export type RunOrder = 'synchronous' | 'asked' | 'in order';

/** More open statements are remembered without their texts, and still more not at all. */
const MAX_LISTED = 32;
const MAX_UNLISTED = 10_000;

/**
 * TypeORM passes a statement to its connection directly after the event, unless hooks of another subscriber take longer.
 * After that time, one that its connection does not know is never going to be reported.
 */
const MAX_MS_UNTIL_SENT = 100;

/**
 * The open statements of a connection that has more than one. It runs them first in, first out.
 *
 * Some never end: another subscriber refused them after the event, or the driver reports no failures (better-sqlite3
 * before TypeORM 1.1.1, Expo for a syntax error). They are forgotten as soon as the connection shows that it does not run them.
 */
export class Overlap {
  /** The oldest first. */
  private listed: OpenStatement[] = [];
  /** Still older ones, without their texts. */
  private unlisted: OpenStatement[] = [];
  private lastEnd = 0;
  private lost = 0;
  private abandoned: AbandonedStatement | undefined;
  private readonly report: CurrentReport | undefined;
  private lastSuccess: object | undefined;
  private settling = false;

  constructor(
    private readonly runner: object,
    private readonly order: RunOrder,
  ) {
    this.report = reportsOf(runner);
    this.abandoned = abandonedOn(runner);
  }

  /** True when neither an open statement nor an abandoned one keeps its connection busy. */
  get isEmpty(): boolean {
    return this.size === 0 && abandonedOn(this.runner) === undefined;
  }

  get size(): number {
    return this.listed.length + this.unlisted.length;
  }

  /** @returns how many statements could not be remembered */
  begin({ query, parameters }: StatementEvent, start: number, poolWait: number, scope: Scope | undefined): number {
    const identity = isObject(parameters) ? new WeakRef(parameters) : undefined;
    this.listed.push({ query, parameters: identity, start, poolWait, scope, settled: false });
    this.settleLater();
    if (this.listed.length <= MAX_LISTED) return 0;
    this.unlisted.push({ ...this.listed.shift()!, query: undefined, parameters: undefined });
    if (this.unlisted.length <= MAX_UNLISTED) return 0;
    this.unlisted.shift();
    return 1;
  }

  /** Forgets the statements that never end, and returns how many there were. */
  forgetLost(now: number): number {
    if (this.outstanding() !== 0) return 0;
    const isLost = ({ start, settled }: OpenStatement) => settled && now - start > MAX_MS_UNTIL_SENT;
    return removeFirst(this.unlisted, isLost) + removeFirst(this.listed, isLost);
  }

  /**
   * Ends a statement, or returns undefined if no such statement is open: it was reported before, or it began before the
   * probe was attached. Events have no id, so statements are matched by text and parameters.
   */
  end(query: unknown, parameters: unknown): Asked | undefined {
    const younger = this.younger();
    const isSame = (open: OpenStatement) => open.query === query && isIdentified(open, parameters);
    let index = this.find(isSame, younger);
    // Where those without a text may have been lost, one with this text and these parameters is the one.
    if (index < 0 && this.order === 'in order') index = this.listed.findIndex(isSame);
    if (index < 0) index = this.find((open) => open.query === query, younger);
    if (index < 0) return this.unlisted.shift();
    const ended = this.listed.splice(index, 1)[0];
    if (this.order === 'in order') this.lost += this.unlisted.splice(0).length + this.listed.splice(0, index).length;
    return ended;
  }

  /** How many statements the last ends have shown to be lost. */
  takeLost(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  /** When an ended statement began to execute: not before the one ahead of it had ended. */
  executionStart(asked: number, ended: number): number {
    const { abandoned, lastEnd } = this;
    const free = abandoned === undefined ? lastEnd : Math.max(lastEnd, abandoned.endedAt ?? ended);
    this.lastEnd = ended;
    return Math.max(asked, free);
  }

  /** The statements that are open, and later ones, wait for a statement that the client has given up. */
  waitFor(abandoned: AbandonedStatement): void {
    this.abandoned = abandoned;
  }

  noteSuccess(): void {
    this.lastSuccess = this.report?.id;
  }

  /** True if a failure is the second report of the last success. */
  isReportedAgain(): boolean {
    return this.lastSuccess !== undefined && this.lastSuccess === this.report?.id;
  }

  private find(matches: (open: OpenStatement) => boolean, younger: number | undefined): number {
    const { listed } = this;
    // Its connection has not ended the younger ones, and older ones that are still open have been lost.
    for (let i = listed.length - 1 - (younger ?? listed.length); i >= 0; i--) if (matches(listed[i]!)) return i;
    return this.unlisted.length > 0 ? -1 : listed.findIndex(matches);
  }

  private outstanding(): number | undefined {
    return this.order === 'synchronous' ? 0 : outstandingOn(this.runner);
  }

  /** How many of the open statements are younger than the one that has just ended; undefined where that is unknown. */
  private younger(): number | undefined {
    const { runner } = this;
    const outstanding = isPipelined(runner) ? undefined : this.outstanding();
    return outstanding === undefined || abandonedOn(runner) === undefined ? outstanding : outstanding - 1;
  }

  private settleLater(): void {
    if (this.settling) return;
    this.settling = true;
    soon(() => {
      this.settling = false;
      for (const open of this.listed) open.settled = true;
      for (const open of this.unlisted) open.settled = true;
    });
  }
}

/** @returns how many there were */
function removeFirst<T>(list: T[], isRemoved: (item: T) => boolean): number {
  const kept = list.findIndex((item) => !isRemoved(item));
  return list.splice(0, kept < 0 ? list.length : kept).length;
}

function isIdentified({ parameters: known }: OpenStatement, parameters: unknown): boolean {
  return known === undefined ? !isObject(parameters) : known.deref() === parameters;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
