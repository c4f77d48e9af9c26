import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { RateLimitStore } from '../../config/configuration';
import { FixedWindowStorage } from './fixed-window.storage';
import { RedisCounter } from './redis-counter';
import { windowRecord, type WindowRecord } from './window-record';

/** After a failure, requests are counted by this instance alone for at least this time. */
const RETRY_MS = 1_000;

/**
 * Counts requests per caller over all instances, in fixed windows of a Redis or Valkey. While that does not respond, each
 * instance counts by itself: no request fails because of it. Requests wait for it until its first failure only; afterwards it is
 * asked in the background.
 */
export class SharedWindowStorage implements ThrottlerStorage, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(SharedWindowStorage.name);
  private readonly own = new FixedWindowStorage();
  private counter: RedisCounter | undefined;
  private retry: NodeJS.Timeout | undefined;
  private failed = false;
  private stopped = false;

  constructor(private readonly store: RateLimitStore) {}

  /** Whether the limit is shared with the other instances at the moment. */
  get isShared(): boolean {
    return this.counter !== undefined;
  }

  async increment(key: string, ttl: number, limit: number): Promise<WindowRecord> {
    const { counter } = this;
    if (counter) {
      try {
        const { hits, msLeft } = await counter.increment(key, ttl);
        return windowRecord(hits, limit, msLeft);
      } catch (error) {
        this.lose(counter, error as Error);
      }
    }
    return this.own.increment(key, ttl, limit);
  }

  /** The first requests are counted with the others if the store is there. A start does not depend on it. */
  onModuleInit(): Promise<void> {
    return this.connect();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.counter?.close();
    this.counter = undefined;
  }

  private async connect(): Promise<void> {
    try {
      let own: RedisCounter | undefined;
      const onLost = (error: Error) => own && this.lose(own, error);
      const counter = (own = await RedisCounter.connect(this.store.url, this.store.timeoutMs, onLost));
      if (this.stopped) return counter.close();
      this.counter = counter;
      if (this.failed) this.logger.log('rate limit store responds again: the limit is shared by all instances');
      this.failed = false;
    } catch (error) {
      this.report(error as Error);
    }
  }

  /** Many requests may fail with the same connection. */
  private lose(counter: RedisCounter, error: Error): void {
    if (this.counter !== counter) return;
    this.counter = undefined;
    counter.close();
    this.report(error);
  }

  /** One line for each outage. */
  private report(error: Error): void {
    if (this.stopped) return;
    if (!this.failed) {
      this.logger.warn({ reason: error.message }, 'rate limit store does not respond: each instance limits by itself');
    }
    this.failed = true;
    this.retry = setTimeout(() => void this.connect(), RETRY_MS).unref();
  }
}
