/** Statements a second that may be normalised, and how many may come at once. */
const PER_SECOND = 1000;
const BURST = 1000;

/**
 * Bounds the work on statements never seen before: an application that writes its values into the SQL sends nothing
 * else. To normalise one takes some microseconds, so at most some thousandths of the processor go there.
 */
export class WorkBudget {
  private tokens = BURST;
  private refilledAt = 0;

  /** @param now milliseconds of the monotonic clock */
  take(now: number): boolean {
    if (this.tokens < 1) {
      this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAt) * PER_SECOND) / 1000);
      this.refilledAt = now;
      if (this.tokens < 1) return false;
    }
    this.tokens--;
    return true;
  }
}
