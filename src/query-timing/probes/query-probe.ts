import type { AfterQueryEvent, BeforeQueryEvent } from 'typeorm';
import { monotonicNow } from './clock';
import type { Probe } from './probe';
import type { StatementEnds } from './statement-ends';
import { attachSubscriber } from './subscriber-attachment';
import { existingTimelineOf, timelineOf } from './timeline';

/**
 * Times every query by the events of a TypeORM subscriber. TypeORM awaits what a hook returns, refuses a query when
 * `beforeQuery` throws and reports a written row as failed when `afterQuery` does: so both return nothing and never
 * throw.
 */
export class QuerySubscriber {
  constructor(private readonly ends: StatementEnds) {}

  beforeQuery(event: BeforeQueryEvent): void {
    try {
      timelineOf(event.queryRunner).begin(event.query, event.parameters, monotonicNow());
    } catch {
      this.ends.observer.probeFailed('query_probe');
    }
  }

  afterQuery(event: AfterQueryEvent): void {
    try {
      const end = monotonicNow();
      const { query, parameters, success, queryRunner } = event;
      const timeline = existingTimelineOf(queryRunner);
      if (timeline === undefined || (!success && timeline.isReportedAgain(query, parameters))) return;
      const asked = timeline.end(query, parameters);
      if (asked < 0) return;
      if (success && timeline.open > 0) timeline.succeeded(query, parameters);
      const error: unknown = success ? undefined : event.error;
      this.ends.add(queryRunner, timeline, query, parameters, asked, end, !success, error, event.rawResults, undefined);
    } catch {
      this.ends.observer.probeFailed('query_probe');
    }
  }
}

export const queryProbe: Probe = (dataSource, ends) => attachSubscriber(dataSource, new QuerySubscriber(ends));
