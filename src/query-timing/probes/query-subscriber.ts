import type { AfterQueryEvent, BeforeQueryEvent } from 'typeorm';
import { monotonicNow } from '../globals';
import type { StatementCompletion } from './statement-completion';
import { parametersOf, textOf } from './statement-text';
import { end, endIfOnlyOpen, type Timeline } from './timeline';
import type { Timelines } from './timelines';

/**
 * Times every query with the events of a TypeORM subscriber. TypeORM awaits what a hook returns, rejects the query when
 * `beforeQuery` throws, and reports a row that was written as failed when `afterQuery` throws: so both hooks return
 * nothing and never throw.
 */
export class QuerySubscriber {
  protected readonly timelines: Timelines;

  constructor(protected readonly completion: StatementCompletion) {
    this.timelines = completion.timelines;
  }

  beforeQuery(event: BeforeQueryEvent): void {
    try {
      const { scopes } = this.completion;
      this.timelines.begin(
        event,
        monotonicNow(),
        scopes === undefined ? undefined : scopes.currentFor(event.queryRunner),
      );
    } catch (error) {
      this.completion.observer.probeFailed('query_probe', error);
    }
  }

  afterQuery(event: AfterQueryEvent): void {
    try {
      const ended = monotonicNow();
      const timeline = this.timelines.of(event.queryRunner);
      if (timeline === undefined) return;
      // Drivers accept other things than texts, which go the long way.
      const fast = event.success && typeof event.query === 'string';
      if (fast && endIfOnlyOpen(timeline, event)) this.completion.completeFast(event, timeline, ended);
      else this.complete(event, timeline, ended);
    } catch (error) {
      this.completion.observer.probeFailed('query_probe', error);
    }
  }

  /** A failure, a success beside other open statements, or the second report of either. */
  private complete(event: AfterQueryEvent, timeline: Timeline, ended: number): void {
    const { query, parameters, success } = event;
    const { overlap } = timeline;
    if (!success && overlap?.isReportedAgain()) return;
    const asked = end(timeline, query, parameters);
    if (asked === undefined) return;
    if (success) overlap?.noteSuccess();
    const error: unknown = success ? undefined : event.error;
    const result: unknown = event.rawResults;
    this.completion.complete(timeline, asked, {
      sql: textOf(query),
      parameters: parametersOf(query, parameters),
      end: ended,
      failed: !success,
      error,
      result,
      stream: undefined,
    });
  }
}
