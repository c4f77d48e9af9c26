const MINUTE = 60_000;
/** Statements whose suppressed lines are counted one by one; those beyond share one count. */
const MAX_COUNTED = 200;
const OTHERS = '';

/** Lets so many lines a minute through, and knows how many like one were held back since the last that passed. */
export class RateLimit {
  private windowStart = -Infinity;
  private passed = 0;
  private readonly suppressed = new Map<string, number>();

  constructor(private readonly perMinute: number) {}

  /** @returns how many of this kind were held back before it, or -1 to hold this one back too */
  pass(kind: string, now: number): number {
    if (now - this.windowStart >= MINUTE) {
      this.windowStart = now;
      this.passed = 0;
    }
    if (this.passed >= this.perMinute) {
      const counted = this.suppressed.has(kind) || this.suppressed.size < MAX_COUNTED ? kind : OTHERS;
      this.suppressed.set(counted, (this.suppressed.get(counted) ?? 0) + 1);
      return -1;
    }
    this.passed++;
    const held = this.suppressed.get(kind) ?? 0;
    this.suppressed.delete(kind);
    return held;
  }
}
