/** Statements a second that may be normalised, and how many may come at once; a long one counts for several. */
const PER_SECOND = 1000;
const BURST = 1000;
const CHARACTERS = 512;
/** Of a statement, no more characters are read. */
const MOST_CHARACTERS = 8192;

/**
 * Bounds the work on statements never seen before: an application that writes its values into the SQL sends nothing
 * else. To normalise one takes some microseconds, so less than a hundredth of the processor goes there.
 */
export class WorkBudget {
  private tokens = BURST;
  private refilledAt = 0;

  /**
   * @param now milliseconds of the monotonic clock
   * @param length characters of the statement
   */
  take(now: number, length: number): boolean {
    const price = 1 + ((Math.min(length, MOST_CHARACTERS) / CHARACTERS) | 0);
    if (this.tokens < price) {
      this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAt) * PER_SECOND) / 1000);
      this.refilledAt = now;
      if (this.tokens < price) return false;
    }
    this.tokens -= price;
    return true;
  }
}
