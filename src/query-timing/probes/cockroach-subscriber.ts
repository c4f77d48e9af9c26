import type { BeforeQueryEvent } from 'typeorm';
import { monotonicNow } from '../globals';
import { QuerySubscriber } from './query-subscriber';
import { textOf } from './statement-text';
import { end } from './timeline';

/** What TypeORM sends before it tries a transaction again. */
const RESTART = 'ROLLBACK TO SAVEPOINT cockroach_restart';

/** TypeORM keeps the server's own error to itself. */
class TransactionRetryError extends Error {
  override readonly name = 'TransactionRetryError';
  readonly code = '40001';

  constructor() {
    super('The transaction is tried again after a serialization failure.');
  }
}

/**
 * The driver of CockroachDB tries a transaction again after a serialization failure, and then reports no end of the
 * statement that failed. The restart shows that it has ended.
 */
export class CockroachSubscriber extends QuerySubscriber {
  override beforeQuery(event: BeforeQueryEvent): void {
    if (event.query === RESTART) this.restarting(event.queryRunner);
    super.beforeQuery(event);
  }

  private restarting(runner: object): void {
    try {
      const timeline = this.timelines.of(runner);
      // Of several that are open, it is not known which one has failed.
      if (timeline?.open !== 1 || timeline.overlap !== undefined) return;
      const { query, parameters } = timeline.event;
      const asked = end(timeline, query, parameters)!;
      const outcome = { sql: textOf(query), parameters, end: monotonicNow(), failed: true, result: undefined };
      this.completion.complete(timeline, asked, { ...outcome, error: new TransactionRetryError(), stream: undefined });
    } catch (error) {
      this.completion.observer.probeFailed('query_probe', error);
    }
  }
}
