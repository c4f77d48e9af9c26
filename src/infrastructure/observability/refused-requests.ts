import { Logger, type Provider } from '@nestjs/common';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';

const REFUSED = 'http_requests_refused_total';
const LINE_INTERVAL_MS = 1_000;

/** What was exhausted: the requests in progress, the event loop, the queue for database connections, or the exports. */
export const refusalReasons = ['in_progress', 'event_loop', 'database_queue', 'exports'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Counts requests that are refused because of overload, and logs one line per second with their number. */
export class RefusedRequests {
  private readonly logger = new Logger(RefusedRequests.name);
  private readonly unreported = new Map<RefusalReason, number>();

  constructor(private readonly counter: Counter<'reason'>) {
    for (const reason of refusalReasons) counter.inc({ reason }, 0);
  }

  count(reason: RefusalReason): void {
    if (this.unreported.size === 0) setTimeout(() => this.report(), LINE_INTERVAL_MS).unref();
    this.unreported.set(reason, (this.unreported.get(reason) ?? 0) + 1);
    this.counter.inc({ reason });
  }

  private report(): void {
    this.logger.warn({ refused: Object.fromEntries(this.unreported) }, 'requests refused: the service is overloaded');
    this.unreported.clear();
  }
}

export const refusedRequestsProviders: Provider[] = [
  makeCounterProvider({
    name: REFUSED,
    help: 'Requests that were refused with 503 because the service was overloaded.',
    labelNames: ['reason'],
  }),
  {
    provide: RefusedRequests,
    inject: [getToken(REFUSED)],
    useFactory: (counter: Counter<'reason'>) => new RefusedRequests(counter),
  },
];
