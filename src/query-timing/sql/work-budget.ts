import { MAX_FINGERPRINT_INPUT } from './fingerprint';

/** Statements normalised per second, and at most in one burst. */
const PER_SECOND = 1000;
const BURST = 1000;
/** A longer statement counts as several: one more for each of these. */
const CHARACTERS_PER_TOKEN = 512;

/**
 * A token bucket that bounds the work on unknown statements: an application that concatenates values into its SQL sends
 * nothing else. Normalising one takes a few microseconds, so it uses less than one per cent of a processor.
 */
export class WorkBudget {
  private tokens = BURST;
  private refilledAt = 0;

  /**
   * @param now milliseconds of the monotonic clock
   * @param length characters of the statement
   */
  take(now: number, length: number): boolean {
    const price = 1 + ((Math.min(length, MAX_FINGERPRINT_INPUT) / CHARACTERS_PER_TOKEN) | 0);
    if (this.tokens < price) {
      this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAt) * PER_SECOND) / 1000);
      this.refilledAt = now;
      if (this.tokens < price) return false;
    }
    this.tokens -= price;
    return true;
  }
}
