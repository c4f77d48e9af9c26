const MINUTE = 60_000;
/** Kinds whose suppressed lines are counted separately; all others share one count. */
const MAX_COUNTED = 200;
const OTHERS = '';

/** Passes at most n lines per minute, and counts the suppressed lines per kind since the last one of that kind passed. */
export class RateLimit {
  private windowStart = -Infinity;
  private passed = 0;
  private readonly suppressed = new Map<string, number>();

  constructor(private readonly perMinute: number) {}

  /** @returns how many lines of this kind were suppressed before it, or -1 to suppress this one too */
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
    const suppressed = this.suppressed.get(kind) ?? 0;
    this.suppressed.delete(kind);
    return suppressed;
  }
}
