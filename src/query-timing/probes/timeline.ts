import { afterThis } from '../globals';

/** The part of TypeORM's events that identifies a statement. */
export interface StatementEvent {
  readonly queryRunner: object;
  readonly query: string;
  readonly parameters?: unknown;
}

/** A statement that has started on a runner and has not ended. */
export interface OpenStatement {
  readonly event: StatementEvent;
  /** When it was passed to the connection. */
  readonly start: number;
  /** How long it waited for the pool. */
  readonly poolWait: number;
}

export interface OpenTransaction {
  readonly start: number;
  /** Execution time of the statements inside it. */
  busy: number;
  /** When the last statement failed inside it; 0 if none has. */
  failedAt: number;
  /** The connection on which it is open, if the driver has several. */
  readonly connection: object | undefined;
}

/** Additional state of a runner while its statements overlap. */
interface Overlap {
  /** Statements after the one in the fields of the timeline. */
  readonly waiting: OpenStatement[];
  /** When the last statement ended that others were waiting for; a later statement has not waited. */
  lastEnd: number;
  /** The last success reported, until the current event is over. */
  reported: StatementEvent | undefined;
}

/**
 * The open statements of one query runner, that is of one connection at a time. All times are milliseconds of the
 * monotonic clock. A connection runs its statements first in, first out: a statement that was started while another one
 * ran has waited for it, and that wait is not execution time.
 */
export interface Timeline {
  /** Its index in {@link Timelines}; -1 after it has moved to its runner. */
  index: number;
  /** Number of statements that have started and not ended. */
  open: number;
  /** The oldest open statement, with its `start` and `poolWait`; the last one if none is open. */
  event: StatementEvent;
  start: number;
  poolWait: number;
  /** Undefined outside a transaction. */
  transaction: OpenTransaction | undefined;
  overlap: Overlap | undefined;
}

/** SQLite drivers share one runner for everything, so the number of remembered statements is bounded. */
const MAX_WAITING = 10_000;

/** A statement begins on a runner that already has a timeline. */
export function beginNext(timeline: Timeline, event: StatementEvent, start: number): void {
  if (timeline.open++ === 0) {
    timeline.event = event;
    timeline.start = start;
    timeline.poolWait = 0;
    return;
  }
  timeline.overlap ??= { waiting: [], lastEnd: 0, reported: undefined };
  const { waiting } = timeline.overlap;
  waiting.push({ event, start, poolWait: 0 });
  if (waiting.length > MAX_WAITING) {
    waiting.shift();
    timeline.open--;
  }
}

/**
 * Ends the statement if it is the only open one and no other has overlapped it.
 * @returns false if it has not ended the statement
 */
export function endIfOnlyOpen(timeline: Timeline, { query, parameters }: StatementEvent): boolean {
  if (timeline.open !== 1 || timeline.overlap !== undefined) return false;
  const { event } = timeline;
  if (event.parameters !== parameters || event.query !== query) return false;
  timeline.open = 0;
  return true;
}

/**
 * Ends a statement and returns it, or undefined if no such statement is open: it was reported before, or it began before
 * the probe was attached. Events have no id, so statements are matched by text and parameters, the oldest first.
 */
export function end(timeline: Timeline, query: string, parameters: unknown): OpenStatement | undefined {
  const { open, event, overlap } = timeline;
  if (open === 0) return undefined;
  if (isOf(event, query, parameters)) return takeFirst(timeline);
  const waiting = overlap?.waiting ?? [];
  let index = waiting.findIndex((other) => isOf(other.event, query, parameters));
  if (index < 0 && event.query === query) return takeFirst(timeline);
  if (index < 0) index = waiting.findIndex((other) => other.event.query === query);
  if (index < 0) return undefined;
  timeline.open--;
  return waiting.splice(index, 1)[0];
}

/**
 * When an ended statement began to execute: not before the statement ahead of it had ended.
 *
 * @param asked when it was passed to the connection
 */
export function executionStart({ overlap, open }: Timeline, asked: number, ended: number): number {
  if (overlap === undefined) return asked;
  const start = asked < overlap.lastEnd ? overlap.lastEnd : asked;
  if (open > 0) overlap.lastEnd = ended;
  return start;
}

/**
 * Remembers, until the current event is over, that a success has been reported. TypeORM reports it again as a failure when
 * another subscriber throws, and that must not end an equal statement which is still open.
 */
export function noteSuccess({ overlap, open }: Timeline, event: StatementEvent): void {
  if (overlap === undefined || open === 0) return;
  overlap.reported = event;
  afterThis(() => (overlap.reported = undefined));
}

export function isReportedAgain({ overlap }: Timeline, { query, parameters }: StatementEvent): boolean {
  return overlap?.reported !== undefined && isOf(overlap.reported, query, parameters);
}

function isOf(event: StatementEvent, query: string, parameters: unknown): boolean {
  return event.query === query && event.parameters === parameters;
}

function takeFirst(timeline: Timeline): OpenStatement {
  const { event, start, poolWait } = timeline;
  timeline.open--;
  const next = timeline.overlap?.waiting.shift();
  if (next) Object.assign(timeline, next);
  return { event, start, poolWait };
}
