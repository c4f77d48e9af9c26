import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EventTransport } from '../../../application/shared/event-transport';
import { runInScope } from '../../../query-timing/index';
import type { OutboxObserver } from '../../observability/outbox-metrics';
import { deliver, type Delivery } from './deliver';
import type { OutboxSignal } from './outbox-signal';
import type { OutboxTable } from './outbox-table';

/** Counting is not needed at each poll. */
const STATE_INTERVAL_MS = 15_000;

export interface RelayOptions {
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
  private running: Promise<void> = Promise.resolve();
  private stopping = false;
  private isSignalled = false;
  private isFailing = false;
  private countedAt = -Infinity;
  private wake: () => void = () => undefined;

  constructor(
    private readonly table: OutboxTable,
    private readonly transport: EventTransport,
    private readonly signal: OutboxSignal,
    private readonly observer: OutboxObserver,
    private readonly options: RelayOptions,
  ) {}

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
      if (!(await this.attempt())) await this.pause();
    }
    if (this.isSignalled && !this.isFailing) await this.attempt();
  }

  /** @returns whether there may be more to send */
  private async attempt(): Promise<boolean> {
    this.isSignalled = false;
    try {
      const more = await runInScope('job outbox', () => this.relay());
      if (this.isFailing) this.logger.log('the outbox is read again');
      this.isFailing = false;
      return more || this.isSignalled;
    } catch (error) {
      // One line per outage.
      if (!this.isFailing) this.logger.warn(`the outbox cannot be read: ${String(error)}`);
      this.isFailing = true;
      return false;
    }
  }

  private async relay(): Promise<boolean> {
    const { events, isFull } = await this.table.claim();
    const deliveries = await Promise.all(
      events.map((event) => deliver(this.transport, event, this.options.sendTimeoutMs)),
    );
    const more = events.length > 0 && (await this.settle(deliveries));
    if (performance.now() - this.countedAt >= STATE_INTERVAL_MS) await this.count();
    return more || isFull;
  }

  private async settle(deliveries: readonly Delivery[]): Promise<boolean> {
    const sent = deliveries.flatMap(({ event, error }) => (error === undefined ? event : []));
    const failed = deliveries.flatMap(({ event, error }) => (error === undefined ? [] : { event, error }));
    this.observer.sent(sent.length);
    const more = sent.length > 0 && (await this.table.remove(sent));
    if (failed.length > 0) await this.reschedule(failed);
    return more;
  }

  private async reschedule(failed: Parameters<OutboxTable['reschedule']>[0]): Promise<void> {
    this.observer.failed(failed.length);
    for (const { id, failures, dead } of await this.table.reschedule(failed)) {
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
      if (this.stopping || (this.isSignalled && !this.isFailing)) return resolve();
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
