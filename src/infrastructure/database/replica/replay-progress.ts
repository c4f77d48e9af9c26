/** Of a replica that lags for long. */
const MAX_SAMPLES = 1_000;

/** All that was committed before this time is in the log before this position. */
export interface Sample {
  readonly at: number;
  readonly position: bigint;
}

/** Up to which time a replica has everything, by positions of the primary that were noted with the time before they were asked for. */
export class ReplayProgress {
  private samples: Sample[] = [];
  private upTo = -Infinity;

  /** By the clock of the samples; -Infinity until one of them was replayed. */
  get caughtUpTo(): number {
    return this.upTo;
  }

  /** Later than those before. Memory is bounded: of many, every second one is dropped, so that a long lag is less exact. */
  note(sample: Sample): void {
    this.samples.push(sample);
    if (this.samples.length > MAX_SAMPLES) this.samples = this.samples.filter((_, index) => index % 2 === 0);
  }

  /** @returns whether more is replayed than was known */
  advance(replayed: bigint): boolean {
    const latest = this.samples.findLast((sample) => sample.position <= replayed);
    if (!latest) return false;
    this.upTo = latest.at;
    this.samples = this.samples.filter(({ at }) => at > latest.at);
    return true;
  }

  /** It may be another server now. */
  reset(): void {
    this.samples = [];
    this.upTo = -Infinity;
  }
}
