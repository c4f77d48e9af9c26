const PERIOD_MS = 20;
/** The weight of one measurement. An isolated pause of five times a limit does not exceed it. */
const WEIGHT = 0.2;

/** How late the event loop is: how long a request has waited before its first line of code runs. */
export class EventLoopLag {
  private timer: NodeJS.Timeout | undefined;
  private last = Infinity;
  /** Milliseconds, smoothed. */
  smoothed = 0;

  /** Call when the service listens: what its start has held up is no overload. */
  start(): void {
    this.timer = setInterval(() => this.measure(), PERIOD_MS).unref();
  }

  /** Milliseconds since the last measurement: what the current turn of the event loop has taken so far. */
  get current(): number {
    return performance.now() - this.last;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private measure(): void {
    const now = performance.now();
    // The first measurement has nothing before it.
    const late = Math.max(0, now - this.last - PERIOD_MS);
    this.smoothed += (late - this.smoothed) * WEIGHT;
    this.last = now;
  }
}
