/**
 * A moment whose age can be trusted. The clock of the machine can be set back, and the monotonic one stops while the machine
 * sleeps: the longer of the two times counts.
 */
export class Instant {
  private readonly wall = Date.now();
  private readonly monotonic = performance.now();

  /** Milliseconds. */
  get age(): number {
    return Math.max(Date.now() - this.wall, performance.now() - this.monotonic);
  }
}
