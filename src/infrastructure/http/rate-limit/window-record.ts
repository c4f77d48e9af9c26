import type { ThrottlerStorage } from '@nestjs/throttler';

export type WindowRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The state of a window, as the throttler expects it. */
export function windowRecord(hits: number, limit: number, msLeft: number): WindowRecord {
  const isBlocked = hits > limit;
  const secondsLeft = Math.ceil(msLeft / 1_000);
  return { totalHits: hits, timeToExpire: secondsLeft, isBlocked, timeToBlockExpire: isBlocked ? secondsLeft : 0 };
}
