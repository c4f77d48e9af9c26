import type { ServerResponse } from 'node:http';
import type { RefusalReason } from '../../observability/refused-requests';
import { EventLoopLag } from './event-loop-lag';

export interface AdmissionLimits {
  /** 0 disables the limit. */
  readonly maxInProgress: number;
  /** 0 disables the limit. */
  readonly maxEventLoopLagMs: number;
}

/** A single turn of the event loop may take this many times the limit: a pause is no overload. */
const PAUSES = 5;

/**
 * Decides whether the process takes on a request. One is in progress from the moment when it has arrived as a whole, so that
 * slow senders occupy nothing, until its response begins, so that slow readers occupy nothing.
 */
export class Admission {
  private readonly inProgress = new Set<ServerResponse>();
  private readonly lag = new EventLoopLag();

  constructor(private readonly limits: AdmissionLimits) {}

  /** Why no further request is admitted at the moment. */
  get refusal(): RefusalReason | undefined {
    const { maxInProgress, maxEventLoopLagMs } = this.limits;
    if (maxInProgress > 0 && this.inProgress.size >= maxInProgress) return 'in_progress';
    if (maxEventLoopLagMs > 0) {
      if (this.lag.smoothed > maxEventLoopLagMs || this.lag.current > maxEventLoopLagMs * PAUSES) return 'event_loop';
    }
    return undefined;
  }

  begin(response: ServerResponse): void {
    this.inProgress.add(response);
    // The client may leave before the response begins.
    response.once('close', () => this.inProgress.delete(response));
  }

  end(response: ServerResponse): void {
    this.inProgress.delete(response);
  }

  /** Call when the service listens. */
  start(): void {
    if (this.limits.maxEventLoopLagMs > 0) this.lag.start();
  }

  stop(): void {
    this.lag.stop();
  }
}
