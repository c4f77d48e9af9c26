/** What tells one statement from others, as TypeORM's events have it. */
export interface StatementEvent {
  readonly queryRunner: object;
  readonly query: string;
  readonly parameters?: unknown;
}

/** One statement that has been started on a runner and has not ended. */
export interface OpenStatement {
  readonly event: StatementEvent;
  /** When it was handed to the connection. */
  readonly start: number;
  /** How long it has waited for the pool, in seconds. */
  readonly poolSeconds: number;
}

interface OpenTransaction {
  readonly start: number;
  /** Execution time of the statements inside it. */
  busy: number;
}

/** What is known of a runner while statements overlap there. */
interface Overlap {
  /** Behind the one that is kept in the fields of the timeline. */
  readonly waiting: OpenStatement[];
  /** When the last statement ended that had others behind it; what began later has waited for none. */
  lastEnd: number;
  /** The success reported last, until the present event is over. */
  reported: StatementEvent | undefined;
}

/**
 * What happens on one query runner, that is on one connection at a time, in milliseconds of the monotonic clock. A
 * connection runs its statements first in, first out: one that was started while another ran has waited for it, and
 * that wait is no execution time.
 */
export interface Timeline {
  /** Its place among the {@link Timelines}; -1 once it has moved to its runner. */
  index: number;
  /** Statements started and not ended. */
  open: number;
  /** Of the oldest open statement, and the two below too; of the last one when none is open. */
  event: StatementEvent;
  start: number;
  poolSeconds: number;
  /** The open transaction; undefined outside of one. */
  transaction: OpenTransaction | undefined;
  overlap: Overlap | undefined;
}

/** SQLite drivers share one runner for everything: what is kept of it is bounded, not what may be sent. */
const MAX_WAITING = 10_000;

/** A statement begins on a runner that has a timeline already. */
export function beginNext(timeline: Timeline, event: StatementEvent, start: number): void {
  if (timeline.open++ === 0) {
    timeline.event = event;
    timeline.start = start;
    timeline.poolSeconds = 0;
    return;
  }
  timeline.overlap ??= { waiting: [], lastEnd: 0, reported: undefined };
  const { waiting } = timeline.overlap;
  waiting.push({ event, start, poolSeconds: 0 });
  if (waiting.length > MAX_WAITING) {
    waiting.shift();
    timeline.open--;
  }
}

/** Takes the statement off when it is the only one and no other overlapped it; false when it is not. */
export function endAlone(timeline: Timeline, { query, parameters }: StatementEvent): boolean {
  if (timeline.open !== 1 || timeline.overlap !== undefined) return false;
  const { event } = timeline;
  if (event.parameters !== parameters || event.query !== query) return false;
  timeline.open = 0;
  return true;
}

/**
 * Takes the statement off; undefined when no such statement is open: it has been reported already, or began before the
 * probe was there. Events carry no identity, so it goes by the text and the parameters, and the oldest of equals first.
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
 * When a statement that has been taken off began to execute: not before the one in front of it had ended.
 *
 * @param asked when it was handed to the connection
 */
export function executionStart({ overlap, open }: Timeline, asked: number, ended: number): number {
  if (overlap === undefined) return asked;
  const start = asked < overlap.lastEnd ? overlap.lastEnd : asked;
  if (open > 0) overlap.lastEnd = ended;
  return start;
}

/**
 * Remembers, until the present event is over, that a success has been reported. TypeORM reports it once more as a
 * failure when another subscriber throws, and that must not be taken for an equal statement which is still open.
 */
export function noteSuccess({ overlap, open }: Timeline, event: StatementEvent): void {
  if (overlap === undefined || open === 0) return;
  overlap.reported = event;
  queueMicrotask(() => (overlap.reported = undefined));
}

export function isReportedAgain({ overlap }: Timeline, { query, parameters }: StatementEvent): boolean {
  return overlap?.reported !== undefined && isOf(overlap.reported, query, parameters);
}

function isOf(event: StatementEvent, query: string, parameters: unknown): boolean {
  return event.query === query && event.parameters === parameters;
}

function takeFirst(timeline: Timeline): OpenStatement {
  const { event, start, poolSeconds } = timeline;
  timeline.open--;
  const next = timeline.overlap?.waiting.shift();
  if (next) Object.assign(timeline, next);
  return { event, start, poolSeconds };
}
