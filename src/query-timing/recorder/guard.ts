import { monotonicNow } from '../globals';
import { NOT_CALLED } from '../model/causes';
import { isThenable } from '../model/thenable';
import type { InternalFaults, InternalPart } from './internal-faults';

const MAX_CONSECUTIVE_FAULTS = 10;
const RETRY_AFTER_MS = 60_000;
const ON = -Infinity;

/**
 * Protects queries from a part that may throw: a sink, its logger, or a function of the application. After ten
 * faults in a row the part is off for a minute and then tried again; a success resets the count. Switching it off and on
 * is logged.
 */
export class Guard {
  /** True while the last call has succeeded: then neither {@link admits} nor {@link succeeded} needs to be called. */
  healthy = true;
  private consecutiveFaults = 0;
  /** When a part that is off is tried again, in milliseconds of the monotonic clock. */
  private offUntil = ON;
  private skipped = 0;

  /** @param name which of several parts of this kind, for example the class of a custom sink */
  constructor(
    private readonly part: InternalPart,
    private readonly faults: InternalFaults,
    private readonly name?: string,
  ) {}

  /** False while the part is off: then do not call it. */
  admits(now?: number): boolean {
    return this.offUntil === ON || this.isDue(now ?? monotonicNow());
  }

  /** Call it after the part has returned. */
  succeeded(): void {
    if (this.consecutiveFaults > 0) this.recovered();
  }

  failed(error: unknown, now: number = monotonicNow()): void {
    this.healthy = false;
    this.faults.add(this.part, error);
    if (++this.consecutiveFaults < MAX_CONSECUTIVE_FAULTS) return;
    const wasOn = this.offUntil === ON;
    this.offUntil = now + RETRY_AFTER_MS;
    if (wasOn) this.faults.switchedOff(this.part, this.consecutiveFaults, this.name);
  }

  /** Call it with what the part has returned: an asynchronous one has not succeeded yet, and may reject. */
  settled(returned: unknown): void {
    if (isThenable(returned)) {
      returned.then(
        () => this.succeeded(),
        (error: unknown) => this.failed(error),
      );
    } else if (returned !== NOT_CALLED) this.succeeded();
  }

  /** Runs a part and returns its result, or `fallback` if it throws or is off. */
  run<T>(part: () => T, fallback: T): T {
    if (!this.admits()) return fallback;
    try {
      const result = part();
      this.succeeded();
      return result;
    } catch (error) {
      this.failed(error);
      return fallback;
    }
  }

  private isDue(now: number): boolean {
    if (now >= this.offUntil) return true;
    this.skipped++;
    return false;
  }

  private recovered(): void {
    this.healthy = true;
    this.consecutiveFaults = 0;
    if (this.offUntil === ON) return;
    this.offUntil = ON;
    this.faults.switchedOn(this.part, this.skipped, this.name);
    this.skipped = 0;
  }
}
