import type { RequestContext } from '../observability/request-context';

/** Bounds memory: with more callers than this, all of them count as having written. */
const MAX_CALLERS = 10_000;

/** Which requests may read what is a little old, and when their callers last changed something through this instance. */
export class RecentWrites {
  private readonly callers = new WeakMap<RequestContext, () => string | undefined>();
  private readonly writtenAt = new Map<string, number>();
  private allWrittenAt = -Infinity;

  /**
   * The reads of a request may be old. Those of all others, which may change something, are current.
   *
   * @param caller returns the caller, who is not known yet
   */
  allowOld(request: RequestContext, caller: () => string | undefined): void {
    this.callers.set(request, caller);
  }

  /** Call it when the change has been committed, before the caller learns that. */
  note(caller: string): void {
    const now = performance.now();
    this.writtenAt.set(caller, now);
    if (this.writtenAt.size <= MAX_CALLERS) return;
    this.allWrittenAt = now;
    this.writtenAt.clear();
  }

  /** Whether what was current at a time of the monotonic clock has all that the caller has changed. */
  maySee(request: RequestContext | undefined, asOf: number): boolean {
    const callerOf = request && this.callers.get(request);
    if (!callerOf || this.allWrittenAt >= asOf) return false;
    const caller = callerOf();
    return caller === undefined || !(this.writtenAt.get(caller)! >= asOf);
  }

  forgetBefore(asOf: number): void {
    for (const [caller, at] of this.writtenAt) if (at < asOf) this.writtenAt.delete(caller);
  }
}
