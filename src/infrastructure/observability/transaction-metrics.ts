import type { Provider } from '@nestjs/common';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';

const RETRIES = 'unit_of_work_retries_total';
const EXHAUSTED = 'unit_of_work_retries_exhausted_total';
const reasons = ['serialization', 'deadlock'] as const;
type Reason = (typeof reasons)[number];

/** Counts transactions that conflict with others: most succeed when retried, and the rest is worth an alert. */
export class TransactionMetrics {
  constructor(
    private readonly retries: Counter<'reason'>,
    private readonly exhaustions: Counter<'reason'>,
  ) {
    // Exported as 0 from the start: `rate()` does not see the increase of a series that appears with the value 1.
    for (const reason of reasons) {
      retries.inc({ reason }, 0);
      exhaustions.inc({ reason }, 0);
    }
  }

  retried(reason: Reason): void {
    this.retries.inc({ reason });
  }

  exhausted(reason: Reason): void {
    this.exhaustions.inc({ reason });
  }
}

export const transactionMetricsProviders: Provider[] = [
  makeCounterProvider({
    name: RETRIES,
    help: 'Retries of transactions after a conflict with another transaction.',
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
