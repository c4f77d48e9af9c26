import { monotonicNow } from '../globals';

/**
 * How long the reader of a stream has held the flow back, in milliseconds. In the rest of the time the server owed rows.
 * The reader holds from the row that fills the stream's buffer until it asks for more.
 */
export class ReaderTime {
  private held = 0;
  private since: number | undefined;

  hold(): void {
    this.since ??= monotonicNow();
  }

  release(): void {
    if (this.since === undefined) return;
    this.held = this.heldUntil(monotonicNow());
    this.since = undefined;
  }

  heldUntil(now: number): number {
    return this.since === undefined ? this.held : this.held + now - this.since;
  }

  /** When something would have happened if the reader had never held the flow back. */
  withoutHeld(now: number): number {
    return now - this.heldUntil(now);
  }
}
