import type { Provider } from '@nestjs/common';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';

const RETRIES = 'unit_of_work_retries_total';
const EXHAUSTED = 'unit_of_work_retries_exhausted_total';

/** Conflicts with another transaction, and prepared statements that are out of date: the server has undone everything. */
export const conflicts = ['serialization', 'deadlock', 'prepared_statement'] as const;
export type Conflict = (typeof conflicts)[number];
/** Or the connection was lost before anything was done. */
export type RetryReason = Conflict | 'connection';

/** Counts transactions that are retried, as after a conflict: most succeed then, and the rest is worth an alert. */
export class TransactionMetrics {
  constructor(
    private readonly retries: Counter<'reason'>,
    private readonly exhaustions: Counter<'reason'>,
  ) {
    // Exported as 0 from the start: `rate()` does not see the increase of a series that appears with the value 1.
    for (const reason of conflicts) {
      retries.inc({ reason }, 0);
      exhaustions.inc({ reason }, 0);
    }
    retries.inc({ reason: 'connection' }, 0);
  }

  retried(reason: RetryReason): void {
    this.retries.inc({ reason });
  }

  exhausted(reason: Conflict): void {
    this.exhaustions.inc({ reason });
  }
}

export const transactionMetricsProviders: Provider[] = [
  makeCounterProvider({
    name: RETRIES,
    help: 'Retries of transactions after a conflict, or because a prepared statement or the connection was no longer valid.',
    labelNames: ['reason'],
  }),
  makeCounterProvider({
    name: EXHAUSTED,
    help: 'Transactions that failed after their last retry.',
    labelNames: ['reason'],
  }),
  {
    provide: TransactionMetrics,
    inject: [getToken(RETRIES), getToken(EXHAUSTED)],
    useFactory: (retries: Counter<'reason'>, exhaustions: Counter<'reason'>) =>
      new TransactionMetrics(retries, exhaustions),
  },
];
