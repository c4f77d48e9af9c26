/** Statements normalised per second, and at most in one burst. */
const PER_SECOND = 500;
const BURST = 1000;
/** A longer statement counts as several: one more for each of these. */
const CHARACTERS_PER_TOKEN = 512;

/** Bounds how often something is done: at most `burst` times together, and on average `perSecond` times. */
export class TokenBucket {
  private tokens: number;
  private refilledAt = 0;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** @param now milliseconds of the monotonic clock */
  take(now: number, price = 1): boolean {
    if (this.tokens < price) {
      const elapsed = now - this.refilledAt;
      if (!(elapsed > 0)) return false;
      this.tokens = Math.min(this.burst, this.tokens + (elapsed * this.perSecond) / 1000);
      this.refilledAt = now;
      if (this.tokens < price) return false;
    }
    this.tokens -= price;
    return true;
  }
}

/**
 * Bounds the work on unknown statements: an application that concatenates values into its SQL sends nothing else.
 * Normalising one takes a few microseconds, so it uses less than one per cent of a processor.
 */
export class WorkBudget {
  private readonly bucket = new TokenBucket(PER_SECOND, BURST);

  /**
   * @param now milliseconds of the monotonic clock
   * @param length characters of the statement
   */
  take(now: number, length: number): boolean {
    return this.bucket.take(now, Math.min(BURST, 1 + ((length / CHARACTERS_PER_TOKEN) | 0)));
  }
}
