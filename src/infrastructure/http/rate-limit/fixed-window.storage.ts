import type { ThrottlerStorage } from '@nestjs/throttler';
import { windowRecord, type WindowRecord } from './window-record';

interface Window {
  hits: number;
  /** On the clock that cannot be set: one that is set back by a day would block a caller for a day. */
  endsAt: number;
}

/** Bounds memory: with more callers than this, the oldest windows are dropped, and their callers start a new one. */
const MAX_CALLERS = 100_000;

/**
 * Counts requests per caller in fixed windows, as two numbers per caller. The throttler's default storage keeps every request
 * of the window and reads all of them on each request.
 */
export class FixedWindowStorage implements ThrottlerStorage {
  private readonly windows = new Map<string, Window>();

  increment(key: string, ttl: number, limit: number): Promise<WindowRecord> {
    const now = performance.now();
    const window = this.windowOf(key, ttl, now);
    window.hits += 1;
    return Promise.resolve(windowRecord(window.hits, limit, window.endsAt - now));
  }

  private windowOf(key: string, ttl: number, now: number): Window {
    const known = this.windows.get(key);
    if (known && known.endsAt > now) return known;
    const window = { hits: 0, endsAt: now + ttl };
    // Re-inserted at the end of the Map, so that its first entry is always the oldest window.
    this.windows.delete(key);
    this.windows.set(key, window);
    this.dropExpired(now);
    return window;
  }

  private dropExpired(now: number): void {
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size <= MAX_CALLERS) return;
      this.windows.delete(key);
    }
  }
}
