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

/** SQLite drivers share one runner for everything: what is kept of it is bounded, not what may be sent. */
const MAX_WAITING = 10_000;

/**
 * What happens on one query runner, that is on one connection at a time, in milliseconds of the monotonic clock. A
 * connection runs its statements first in, first out: one that was started while another ran has waited for it, and
 * that wait is no execution time.
 *
 * It lives on the runner itself, so it goes when the runner goes. Most runners are made for one statement: so the first
 * one makes it, it has few fields, and what only overlapping statements need comes with the first overlap.
 */
export class Timeline {
  /** Statements started and not ended. */
  open = 1;
  /** Statements started so far. */
  started = 1;
  /** The open transaction; undefined outside of one. */
  transaction: OpenTransaction | undefined = undefined;
  private overlap: Overlap | undefined = undefined;

  constructor(
    private sql: string,
    private parameters: unknown,
    private start: number,
  ) {}

  begin(sql: string, parameters: unknown, start: number): void {
    this.started++;
    if (this.open++ === 0) {
      this.sql = sql;
      this.parameters = parameters;
      this.start = start;
    } else {
      this.wait({ sql, parameters, start });
    }
  }

  /** Takes the statement off when it is the only one and no other ever overlapped: its start, or -1. */
  endAlone(sql: string, parameters: unknown): number {
    if (this.open !== 1 || this.overlap !== undefined || this.parameters !== parameters || this.sql !== sql) return -1;
    this.open = 0;
    this.parameters = undefined;
    return this.start;
  }

  /**
   * Takes the statement off and answers with its start, or -1 when no such statement is open: it has been reported
   * already, or began before the probe was there. Events carry no identity, so it goes by the text and the parameters,
   * and the oldest of equals first.
   */
  end(sql: string, parameters: unknown): number {
    if (this.open === 0) return -1;
    if (this.sql === sql && this.parameters === parameters) return this.takeFirst();
    const waiting = this.overlap?.waiting;
    let index = waiting ? waiting.findIndex((other) => other.sql === sql && other.parameters === parameters) : -1;
    if (index < 0 && this.sql === sql) return this.takeFirst();
    if (index < 0 && waiting) index = waiting.findIndex((other) => other.sql === sql);
    if (index < 0) return -1;
    this.open--;
    return waiting!.splice(index, 1)[0]!.start;
  }

  /** When a statement that ends now began to execute, if it was handed over at `asked`: not before its forerunner ended. */
  executionStart(asked: number, end: number): number {
    const { overlap } = this;
    if (overlap === undefined) return asked;
    const start = asked < overlap.lastEnd ? overlap.lastEnd : asked;
    if (this.open > 0) overlap.lastEnd = end;
    return start;
  }

  /**
   * Remembers, until the present event is over, that a success has been reported. TypeORM reports it once more as a
   * failure when another subscriber throws, and that must not be taken for an equal statement which is still open.
   */
  succeeded(sql: string, parameters: unknown): void {
    const { overlap } = this;
    if (overlap === undefined || this.open === 0) return;
    overlap.reported = { sql, parameters };
    queueMicrotask(() => (overlap.reported = undefined));
  }

  isReportedAgain(sql: string, parameters: unknown): boolean {
    const reported = this.overlap?.reported;
    return reported !== undefined && reported.sql === sql && reported.parameters === parameters;
  }

  private takeFirst(): number {
    const { start } = this;
    this.open--;
    const next = this.overlap?.waiting.shift();
    if (next) {
      this.sql = next.sql;
      this.parameters = next.parameters;
      this.start = next.start;
    } else {
      this.parameters = undefined;
    }
    return start;
  }

  private wait(statement: OpenStatement): void {
    this.overlap ??= { waiting: [], lastEnd: 0, reported: undefined };
    const { waiting } = this.overlap;
    waiting.push(statement);
    if (waiting.length > MAX_WAITING) {
      waiting.shift();
      this.open--;
    }
  }
}

const TIMELINE = Symbol('query-timing.timeline');

interface Timed {
  [TIMELINE]?: Timeline;
}

export function begin(runner: object, sql: string, parameters: unknown, start: number): void {
  const timeline = (runner as Timed)[TIMELINE];
  if (timeline === undefined) (runner as Timed)[TIMELINE] = new Timeline(sql, parameters, start);
  else timeline.begin(sql, parameters, start);
}

/** Undefined when nothing has been started on the runner. */
export function timelineOf(runner: object): Timeline | undefined {
  return (runner as Timed)[TIMELINE];
}
