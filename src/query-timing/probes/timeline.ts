/** One statement that has been started on a runner and has not ended. */
export interface OpenStatement {
  readonly sql: string;
  readonly parameters: unknown;
  /** Milliseconds of the monotonic clock. */
  readonly start: number;
}

/**
 * What happens on one query runner, that is on one connection at a time. A connection runs its statements first in,
 * first out: one that was started while another ran has waited for it, and that wait is no execution time.
 *
 * It lives on the runner itself, so it goes when the runner goes. Nearly always one statement is open: that one is
 * kept in fields, and only those behind it in a list.
 */
export class Timeline {
  open = 0;
  sql = '';
  parameters: unknown = undefined;
  start = 0;
  /** When the last statement ended. */
  lastEnd = 0;
  /** Statements started so far. */
  started = 0;
  /** When the open transaction began; -1 outside of one. */
  transactionStart = -1;
  /** Milliseconds of statements inside it. */
  transactionBusy = 0;
  private waiting: OpenStatement[] | undefined;

  begin(sql: string, parameters: unknown, start: number): void {
    this.started++;
    if (this.open++ === 0) {
      this.sql = sql;
      this.parameters = parameters;
      this.start = start;
      return;
    }
    this.waiting ??= [];
    this.waiting.push({ sql, parameters, start });
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift();
      this.open--;
    }
  }

  /**
   * Takes the statement off and answers with its start, or -1 when no such statement is open (it has been reported
   * already, or began before the probe was there).
   */
  end(sql: string, parameters: unknown): number {
    if (this.open === 0) return -1;
    const { waiting } = this;
    if (this.sql === sql && this.parameters === parameters) return this.takeFirst();
    let index = -1;
    if (waiting !== undefined) {
      index = waiting.findIndex((other) => other.sql === sql && other.parameters === parameters);
    }
    if (index < 0 && this.sql === sql) return this.takeFirst();
    if (index < 0 && waiting !== undefined) index = waiting.findIndex((other) => other.sql === sql);
    if (index < 0) return -1;
    this.open--;
    return waiting!.splice(index, 1)[0]!.start;
  }

  private takeFirst(): number {
    const { start } = this;
    this.open--;
    const next = this.open > 0 ? this.waiting?.shift() : undefined;
    if (next) {
      this.sql = next.sql;
      this.parameters = next.parameters;
      this.start = next.start;
    } else {
      this.sql = '';
      this.parameters = undefined;
    }
    return start;
  }
}

/** SQLite drivers share one runner for everything: what is open there is bounded, not what is sent. */
const MAX_WAITING = 10_000;

const TIMELINE = Symbol('query-timing.timeline');

interface Timed {
  [TIMELINE]?: Timeline | undefined;
}

export function timelineOf(runner: object): Timeline {
  return ((runner as Timed)[TIMELINE] ??= new Timeline());
}

export function existingTimelineOf(runner: object): Timeline | undefined {
  return (runner as Timed)[TIMELINE];
}
