import { abandonedOn } from './connection-state';
import type { Scope } from '../scopes/scope';
import { Overlap, type Asked, type RunOrder, type StatementEvent } from './overlap';

export interface OpenTransaction {
  readonly start: number;
  /** Execution time of the statements inside it. */
  busy: number;
  /** When the last statement failed inside it; 0 if none has. */
  failedAt: number;
  /** The connection on which it is open, if the driver has several. */
  readonly connection: object | undefined;
  /** In which it began. */
  readonly scope: Scope | undefined;
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
  /** The open statement, with its `start` and `poolWait`, or the last one. With an overlap, only its runner counts. */
  event: StatementEvent;
  start: number;
  poolWait: number;
  /** The scope in which the open statement began; during a completion, that of the ended one. Undefined with scopes off. */
  scope: Scope | undefined;
  /** Undefined outside a transaction. */
  transaction: OpenTransaction | undefined;
  /** Undefined while its statements run one after the other. */
  overlap: Overlap | undefined;
}

/**
 * A statement begins on a runner that already has a timeline.
 *
 * @returns how many earlier statements have been given up, because they never end
 */
export function beginNext(
  timeline: Timeline,
  event: StatementEvent,
  start: number,
  scope: Scope | undefined,
  order: RunOrder,
): number {
  if (timeline.open === 0 && abandonedOn(event.queryRunner) === undefined) {
    beginAlone(timeline, event, start, scope);
    return 0;
  }
  const overlap = startOverlap(timeline, order);
  let lost = overlap.forgetLost(start);
  if (overlap.isEmpty) {
    timeline.overlap = undefined;
    beginAlone(timeline, event, start, scope);
  } else {
    lost += overlap.begin(event, start, 0, scope);
    timeline.open = overlap.size;
  }
  return lost;
}

/** From now on, each open statement of the runner is remembered. */
export function startOverlap(timeline: Timeline, order: RunOrder): Overlap {
  if (timeline.overlap !== undefined) return timeline.overlap;
  const { event, open, start, poolWait, scope } = timeline;
  const overlap = new Overlap(event.queryRunner, order);
  if (open > 0) overlap.begin(event, start, poolWait, scope);
  timeline.event = { queryRunner: event.queryRunner, query: '' };
  return (timeline.overlap = overlap);
}

function beginAlone(timeline: Timeline, event: StatementEvent, start: number, scope: Scope | undefined): void {
  timeline.open = 1;
  timeline.event = event;
  timeline.start = start;
  timeline.poolWait = 0;
  timeline.scope = scope;
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
 * Ends a statement, or returns undefined if no such statement is open: it was reported before, or it began before the
 * probe was attached.
 */
export function end(timeline: Timeline, query: unknown, parameters: unknown): Asked | undefined {
  const { overlap, start, poolWait, scope } = timeline;
  if (overlap !== undefined) {
    const ended = overlap.end(query, parameters);
    timeline.open = overlap.size;
    return ended;
  }
  if (timeline.open === 0 || timeline.event.query !== query) return undefined;
  timeline.open = 0;
  return { start, poolWait, scope };
}
