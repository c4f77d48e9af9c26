import type { AfterQueryEvent, BeforeQueryEvent } from 'typeorm';
import { monotonicNow } from './clock';
import { existingTimelineOf, timelineOf, type Timeline } from './timeline';

/** Receives what a probe saw. Neither method may throw. */
export interface StatementObserver {
  /**
   * @param start when execution began, the wait behind other statements excluded; milliseconds
   * @param end milliseconds of the same clock
   * @param queued milliseconds behind other statements of the connection
   */
  statementEnded(
    runner: object,
    timeline: Timeline,
    sql: string,
    parameters: unknown,
    start: number,
    end: number,
    queued: number,
    failed: boolean,
    error: unknown,
    rawResult: unknown,
  ): void;
  probeFailed(): void;
}

/**
 * The TypeORM subscriber that times every query. TypeORM awaits what a hook returns, refuses a query when
 * `beforeQuery` throws and reports a written row as failed when `afterQuery` does: so both return nothing and never
 * throw.
 */
export class QueryProbe {
  constructor(private readonly observer: StatementObserver) {}

  beforeQuery(event: BeforeQueryEvent): void {
    try {
      timelineOf(event.queryRunner).begin(event.query, event.parameters, monotonicNow());
    } catch {
      this.observer.probeFailed();
    }
  }

  afterQuery(event: AfterQueryEvent): void {
    try {
      const end = monotonicNow();
      const runner: object = event.queryRunner;
      const timeline = existingTimelineOf(runner);
      if (timeline === undefined) return;
      const asked = timeline.end(event.query, event.parameters);
      // TypeORM reports one statement twice when another subscriber's afterQuery throws: the first report counts.
      if (asked < 0) return;
      const start = asked < timeline.lastEnd ? timeline.lastEnd : asked;
      timeline.lastEnd = end;
      const failed = !event.success;
      this.observer.statementEnded(
        runner,
        timeline,
        event.query,
        event.parameters,
        start,
        end,
        start - asked,
        failed,
        failed ? event.error : undefined,
        event.rawResults,
      );
    } catch {
      this.observer.probeFailed();
    }
  }
}
