const MINUTE = 60_000;
/** Kinds that are counted separately; the suppressed lines of all others share one count. */
const MAX_KINDS = 500;

/** How many lines were held back before one that passes. */
export interface Suppressed {
  /** Of the same kind. */
  readonly suppressed: number;
  /** Of kinds that were too many to be counted separately. */
  readonly suppressed_other?: number;
}

/**
 * Passes at most `perMinute` lines per minute, and of each kind at most `perKind`, so that one kind cannot use up the
 * minute. Counts what it holds back: all counts that are reported or still kept are together what was held back.
 */
export class RateLimit {
  private windowStart = -Infinity;
  private passed = 0;
  /** Of this minute. A kind that is not here has its whole budget. */
  private readonly passedByKind = new Map<string, number>();
  private readonly suppressed = new Map<string, number>();
  private suppressedOther = 0;

  constructor(
    private readonly perMinute: number,
    private readonly perKind: number,
  ) {}

  /** @returns how many lines were suppressed before this one, or undefined to suppress it too */
  pass(kind: string, now: number): Suppressed | undefined {
    if (now - this.windowStart >= MINUTE) {
      this.windowStart = now;
      this.passed = 0;
      this.passedByKind.clear();
    }
    const passedOfKind = this.passedByKind.get(kind) ?? 0;
    if (this.passed >= this.perMinute || passedOfKind >= this.perKind) {
      this.suppress(kind, 1);
      return undefined;
    }
    this.passed++;
    if (passedOfKind > 0 || this.passedByKind.size < MAX_KINDS) this.passedByKind.set(kind, passedOfKind + 1);
    const suppressed = this.suppressed.get(kind) ?? 0;
    const other = this.suppressedOther;
    this.suppressed.delete(kind);
    this.suppressedOther = 0;
    return other > 0 ? { suppressed, suppressed_other: other } : { suppressed };
  }

  /** A line that passed was not written after all: it counts as suppressed, with what it would have reported. */
  refused(kind: string, { suppressed, suppressed_other = 0 }: Suppressed): void {
    this.suppress(kind, suppressed + 1);
    this.suppressedOther += suppressed_other;
  }

  private suppress(kind: string, lines: number): void {
    const counted = this.suppressed.get(kind);
    if (counted !== undefined || this.suppressed.size < MAX_KINDS) this.suppressed.set(kind, (counted ?? 0) + lines);
    else this.suppressedOther += lines;
  }
}
