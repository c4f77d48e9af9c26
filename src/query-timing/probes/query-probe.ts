import type { AfterQueryEvent, BeforeQueryEvent } from 'typeorm';
import { monotonicNow } from './clock';
import type { Probe } from './probe';
import type { StatementEnds } from './statement-ends';
import { attachSubscriber } from './subscriber-attachment';
import { end, endAlone, isReportedAgain, noteSuccess, type Timeline } from './timeline';
import type { Timelines } from './timelines';

/**
 * Times every query by the events of a TypeORM subscriber. TypeORM awaits what a hook returns, refuses a query when
 * `beforeQuery` throws and reports a written row as failed when `afterQuery` does: so both return nothing and never
 * throw.
 */
export class QuerySubscriber {
  private readonly timelines: Timelines;

  constructor(private readonly ends: StatementEnds) {
    this.timelines = ends.timelines;
  }

  beforeQuery(event: BeforeQueryEvent): void {
    try {
      this.timelines.begin(event, monotonicNow());
    } catch {
      this.ends.observer.probeFailed('query_probe');
    }
  }

  afterQuery(event: AfterQueryEvent): void {
    try {
      const ended = monotonicNow();
      const timeline = this.timelines.of(event.queryRunner);
      if (timeline === undefined) return;
      if (event.success && endAlone(timeline, event)) this.ends.addOrdinary(event, timeline, ended);
      else this.endOther(event, timeline, ended);
    } catch {
      this.ends.observer.probeFailed('query_probe');
    }
  }

  /** A failure, or a success beside other statements, or the second report of either. */
  private endOther(event: AfterQueryEvent, timeline: Timeline, ended: number): void {
    const { query, parameters, success } = event;
    if (!success && isReportedAgain(timeline, event)) return;
    const statement = end(timeline, query, parameters);
    if (statement === undefined) return;
    if (success) noteSuccess(timeline, event);
    const error: unknown = success ? undefined : event.error;
    this.ends.add(timeline, statement, parameters, ended, !success, error, event.rawResults, undefined);
  }
}

export const queryProbe: Probe = (dataSource, ends) => attachSubscriber(dataSource, new QuerySubscriber(ends));
