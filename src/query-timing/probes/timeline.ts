/** One statement that has been started on a runner and has not ended. */
interface OpenStatement {
  readonly sql: string;
  readonly parameters: unknown;
  readonly start: number;
}

interface OpenTransaction {
  readonly start: number;
  /** Execution time of the statements inside it. */
  busy: number;
}

/** What is known of a runner once statements have overlapped there. */
interface Overlap {
  /** Behind the one that is kept in the fields of the timeline. */
  readonly waiting: OpenStatement[];
  /** When the last statement ended that had others behind it; what began later has waited for none. */
  lastEnd: number;
  /** The success reported last, until the present event is over. */
  reported: { readonly sql: string; readonly parameters: unknown } | undefined;
}

/**
 * What happens on one query runner, that is on one connection at a time, in milliseconds of the monotonic clock. A
 * connection runs its statements first in, first out: one that was started while another ran has waited for it, and
 * that wait is no execution time.
 *
 * It lives on the runner itself, so it goes when the runner goes. Most runners are made for one statement: so the first
 * one makes it, what only overlapping statements need comes with the first overlap, and it is an object literal with
 * functions beside it, which V8 makes in a fraction of the time that a constructor takes.
 */
export interface Timeline {
  /** Statements started and not ended. */
  open: number;
  /** Statements started so far. */
  started: number;
  /** The open transaction; undefined outside of one. */
  transaction: OpenTransaction | undefined;
  /** The oldest open statement, or the last one when none is open. */
  sql: string;
  parameters: unknown;
  start: number;
  overlap: Overlap | undefined;
}

/** SQLite drivers share one runner for everything: what is kept of it is bounded, not what may be sent. */
const MAX_WAITING = 10_000;

const TIMELINE = Symbol('query-timing.timeline');

interface Timed {
  [TIMELINE]?: Timeline;
}

/** Undefined when nothing has been started on the runner. */
export function timelineOf(runner: object): Timeline | undefined {
  return (runner as Timed)[TIMELINE];
}

export function begin(runner: object, sql: string, parameters: unknown, start: number): void {
  const timeline = timelineOf(runner);
  if (timeline !== undefined) beginNext(timeline, sql, parameters, start);
  else {
    const overlap = undefined;
    (runner as Timed)[TIMELINE] = { open: 1, started: 1, transaction: undefined, sql, parameters, start, overlap };
  }
}

function beginNext(timeline: Timeline, sql: string, parameters: unknown, start: number): void {
  timeline.started++;
  if (timeline.open++ === 0) {
    timeline.sql = sql;
    timeline.parameters = parameters;
    timeline.start = start;
    return;
  }
  timeline.overlap ??= { waiting: [], lastEnd: 0, reported: undefined };
  const { waiting } = timeline.overlap;
  waiting.push({ sql, parameters, start });
  if (waiting.length > MAX_WAITING) {
    waiting.shift();
    timeline.open--;
  }
}

/** Takes the statement off when it is the only one and no other ever overlapped: its start, or -1. */
export function endAlone(timeline: Timeline, sql: string, parameters: unknown): number {
  if (timeline.open !== 1 || timeline.overlap !== undefined) return -1;
  if (timeline.parameters !== parameters || timeline.sql !== sql) return -1;
  timeline.open = 0;
  timeline.parameters = undefined;
  return timeline.start;
}

/**
 * Takes the statement off and answers with its start, or -1 when no such statement is open: it has been reported
 * already, or began before the probe was there. Events carry no identity, so it goes by the text and the parameters,
 * and the oldest of equals first.
 */
export function end(timeline: Timeline, sql: string, parameters: unknown): number {
  if (timeline.open === 0) return -1;
  if (timeline.sql === sql && timeline.parameters === parameters) return takeFirst(timeline);
  const waiting = timeline.overlap?.waiting;
  let index = waiting ? waiting.findIndex((other) => other.sql === sql && other.parameters === parameters) : -1;
  if (index < 0 && timeline.sql === sql) return takeFirst(timeline);
  if (index < 0 && waiting) index = waiting.findIndex((other) => other.sql === sql);
  if (index < 0) return -1;
  timeline.open--;
  return waiting!.splice(index, 1)[0]!.start;
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
export function noteSuccess({ overlap, open }: Timeline, sql: string, parameters: unknown): void {
  if (overlap === undefined || open === 0) return;
  overlap.reported = { sql, parameters };
  queueMicrotask(() => (overlap.reported = undefined));
}

export function isReportedAgain({ overlap }: Timeline, sql: string, parameters: unknown): boolean {
  const reported = overlap?.reported;
  return reported !== undefined && reported.sql === sql && reported.parameters === parameters;
}

function takeFirst(timeline: Timeline): number {
  const { start } = timeline;
  timeline.open--;
  const next = timeline.overlap?.waiting.shift();
  if (next) {
    timeline.sql = next.sql;
    timeline.parameters = next.parameters;
    timeline.start = next.start;
  } else {
    timeline.parameters = undefined;
  }
  return start;
}
