import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EventTransport } from '../../../application/shared/event-transport';
import { runInScope } from '../../../query-timing/index';
import type { OutboxObserver } from '../../observability/outbox-metrics';
import { deliver, type Delivery } from './deliver';
import { Deliveries } from './deliveries';
import type { OutboxSignal } from './outbox-signal';
import type { Claim, ClaimedEvent, OutboxTable } from './outbox-table';

/** Counting is not needed at each poll. */
const STATE_INTERVAL_MS = 15_000;

const NOTHING: Claim = { events: [], isFull: false };

export interface RelayOptions {
  /** Events that are sent at a time. */
  readonly concurrency: number;
  readonly pollIntervalMs: number;
  readonly sendTimeoutMs: number;
}

/**
 * Sends stored events, each at least once: it is deleted only after it was sent. It waits for the signal of this process, and
 * polls for the events of others, because LISTEN does not work through a pooler of transactions. While it waits and while it
 * sends, it holds no connection.
 */
export class OutboxRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly deliveries: Deliveries;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;
  /** This process has stored events. */
  private isSignalled = false;
  /** Something was sent, and is to be settled. */
  private isReady = false;
  private isFailing = false;
  private countedAt = -Infinity;
  private wake: () => void = () => undefined;

  constructor(
    private readonly table: OutboxTable,
    transport: EventTransport,
    private readonly signal: OutboxSignal,
    private readonly observer: OutboxObserver,
    private readonly options: RelayOptions,
  ) {
    const send = (event: ClaimedEvent) => deliver(transport, event, options.sendTimeoutMs);
    this.deliveries = new Deliveries(options.concurrency, send, () => {
      this.isReady = true;
      this.wake();
    });
  }

  onApplicationBootstrap(): void {
    this.signal.listen(() => {
      this.isSignalled = true;
      this.wake();
    });
    this.running = this.run();
  }

  /** Called when all requests have ended. Ends after the events that are being sent, and those that the last requests stored. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      if (!(await this.attempt(true))) await this.pause();
    }
    const areLast = this.isSignalled;
    await this.deliveries.idle();
    if (this.isFailing) return;
    await this.attempt(areLast);
    await this.deliveries.idle();
    await this.attempt(false);
  }

  /** @returns whether there is more to do now */
  private async attempt(claims: boolean): Promise<boolean> {
    this.isReady = false;
    try {
      const { events, isFull } = await runInScope('job outbox', () => this.exchange(claims));
      for (const event of events) this.deliveries.start(event);
      if (this.isFailing) this.logger.log('the outbox is read again');
      this.isFailing = false;
      return this.isReady || (this.deliveries.free > 0 && (isFull || this.isSignalled));
    } catch (error) {
      // One line per outage.
      if (!this.isFailing) this.logger.warn(`the outbox cannot be read: ${String(error)}`);
      this.isFailing = true;
      return false;
    }
  }

  /** Settles what was sent, and takes what is to be sent. */
  private async exchange(claims: boolean): Promise<Claim> {
    await this.settle([...this.deliveries.toSettle]);
    const { free } = this.deliveries;
    const claim = claims && free > 0 ? await this.claim(free) : NOTHING;
    if (performance.now() - this.countedAt >= STATE_INTERVAL_MS) await this.count();
    return claim;
  }

  private claim(limit: number): Promise<Claim> {
    this.isSignalled = false;
    return this.table.claim(limit);
  }

  private async settle(deliveries: readonly Delivery[]): Promise<void> {
    const sent = deliveries.filter(({ error }) => error === undefined);
    const failed = deliveries.filter(({ error }) => error !== undefined);
    if (sent.length > 0) {
      await this.table.remove(sent.map(({ event }) => event));
      this.deliveries.settled(sent);
      this.observer.sent(sent.length);
    }
    if (failed.length === 0) return;
    const rescheduled = await this.table.reschedule(failed.map(({ event, error }) => ({ event, error: error! })));
    this.deliveries.settled(failed);
    this.observer.failed(failed.length);
    for (const { id, failures, dead } of rescheduled) {
      if (!dead) continue;
      this.observer.died();
      const error = failed.find(({ event }) => event.id === id)?.error;
      this.logger.error(`event ${id} is dead after ${failures} failed attempts to send it: ${error}`);
    }
  }

  private async count(): Promise<void> {
    this.observer.counted(await this.table.state());
    this.countedAt = performance.now();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const isWanted = this.isReady || (this.isSignalled && this.deliveries.free > 0);
      if (this.stopping || (isWanted && !this.isFailing)) return resolve();
      const timer = setTimeout(resolve, this.options.pollIntervalMs);
      timer.unref();
      this.wake = () => {
        // During an outage only the poll tries again.
        if (this.isFailing && !this.stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
