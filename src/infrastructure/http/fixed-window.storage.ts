import type { ThrottlerStorage } from '@nestjs/throttler';

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

interface Window {
  hits: number;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

/** Of more callers than this at once the oldest are forgotten, and start anew: memory has an end. */
const MOST_CALLERS = 100_000;

/**
 * Counts requests per caller in fixed windows: two numbers a caller. The throttler's own storage keeps every request of
 * the window, and reads all of them on each.
 */
export class FixedWindowStorage implements ThrottlerStorage {
  private readonly windows = new Map<string, Window>();

  increment(key: string, ttl: number, limit: number): Promise<Record> {
    const now = Date.now();
    const window = this.windowOf(key, ttl, now);
    window.hits += 1;
    const isBlocked = window.hits > limit;
    const secondsLeft = Math.ceil((window.endsAt - now) / 1_000);
    return Promise.resolve({
      totalHits: window.hits,
      timeToExpire: secondsLeft,
      isBlocked,
      timeToBlockExpire: isBlocked ? secondsLeft : 0,
    });
  }

  private windowOf(key: string, ttl: number, now: number): Window {
    const known = this.windows.get(key);
    if (known && known.endsAt > now) return known;
    const window = { hits: 0, endsAt: now + ttl };
    // At the end of the Map again, so that the oldest window is always its first.
    this.windows.delete(key);
    this.windows.set(key, window);
    this.forget(now);
    return window;
  }

  private forget(now: number): void {
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size <= MOST_CALLERS) return;
      this.windows.delete(key);
    }
  }
}
