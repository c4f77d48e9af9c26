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

/** SQLite drivers share one runner for everything: what is kept of it is bounded, not what may be sent. */
const MAX_WAITING = 10_000;

/**
 * What happens on one query runner, that is on one connection at a time, in milliseconds of the monotonic clock. A
 * connection runs its statements first in, first out: one that was started while another ran has waited for it, and
 * that wait is no execution time.
 *
 * It lives on the runner itself, so it goes when the runner goes. Nearly always one statement is open: that one is
 * kept in fields, and only those behind it in a list.
 */
export class Timeline {
  /** Statements started and not ended. */
  open = 0;
  /** Statements started so far. */
  started = 0;
  /** The open transaction; undefined outside of one. */
  transaction: OpenTransaction | undefined = undefined;
  /** When the last statement ended that had others behind it; what began later has waited for none. */
  lastEnd = 0;
  private sql = '';
  private parameters: unknown = undefined;
  private start = 0;
  private waiting: OpenStatement[] | undefined = undefined;
  private reported: OpenStatement | undefined = undefined;

  begin(sql: string, parameters: unknown, start: number): void {
    this.started++;
    if (this.open++ === 0) {
      this.sql = sql;
      this.parameters = parameters;
      this.start = start;
    } else {
      this.queue({ sql, parameters, start });
    }
  }

  /**
   * Takes the statement off and answers with its start, or -1 when no such statement is open: it has been reported
   * already, or began before the probe was there. Events carry no identity, so it goes by the text and the parameters,
   * and the oldest of equals first.
   */
  end(sql: string, parameters: unknown): number {
    if (this.open === 0) return -1;
    if (this.sql === sql && this.parameters === parameters) return this.takeFirst();
    const { waiting } = this;
    let index = waiting ? waiting.findIndex((other) => other.sql === sql && other.parameters === parameters) : -1;
    if (index < 0 && this.sql === sql) return this.takeFirst();
    if (index < 0 && waiting) index = waiting.findIndex((other) => other.sql === sql);
    if (index < 0) return -1;
    this.open--;
    return waiting!.splice(index, 1)[0]!.start;
  }

  /**
   * Remembers, until the present event is over, that a success has been reported. TypeORM reports it once more as a
   * failure when another subscriber throws, and that must not be taken for an equal statement which is still open.
   */
  succeeded(sql: string, parameters: unknown): void {
    this.reported = { sql, parameters, start: 0 };
    queueMicrotask(() => (this.reported = undefined));
  }

  isReportedAgain(sql: string, parameters: unknown): boolean {
    return this.reported !== undefined && this.reported.sql === sql && this.reported.parameters === parameters;
  }

  private takeFirst(): number {
    const { start } = this;
    this.open--;
    const next = this.waiting?.shift();
    if (next) {
      this.sql = next.sql;
      this.parameters = next.parameters;
      this.start = next.start;
    } else {
      this.parameters = undefined;
    }
    return start;
  }

  private queue(statement: OpenStatement): void {
    this.waiting ??= [];
    this.waiting.push(statement);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift();
      this.open--;
    }
  }
}

const TIMELINE = Symbol('query-timing.timeline');

interface Timed {
  [TIMELINE]?: Timeline;
}

export function timelineOf(runner: object): Timeline {
  return ((runner as Timed)[TIMELINE] ??= new Timeline());
}

export function existingTimelineOf(runner: object): Timeline | undefined {
  return (runner as Timed)[TIMELINE];
}
