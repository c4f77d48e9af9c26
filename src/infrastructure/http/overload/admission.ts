import type { ServerResponse } from 'node:http';
import type { RefusalReason } from '../../observability/refused-requests';
import { EventLoopLag } from './event-loop-lag';

export interface AdmissionLimits {
  /** 0 disables the limit. */
  readonly maxInProgress: number;
  /** 0 disables the limit. */
  readonly maxEventLoopLagMs: number;
}

/**
 * On a response whose request is in progress. V8 keeps what was removed from a Set until the next full collection, as its
 * former tables refer to it: each read would leave 2.6 KB in the old generation.
 */
const IN_PROGRESS = Symbol('in progress');
type AdmittedResponse = ServerResponse & { [IN_PROGRESS]?: boolean };

/** A single turn of the event loop may take this many times the limit: a pause is no overload. */
const PAUSES = 5;

/**
 * Decides whether the process takes on a request. One is in progress from the moment when it has arrived as a whole, so that
 * slow senders occupy nothing, until its response begins, so that slow readers occupy nothing.
 */
export class Admission {
  private inProgress = 0;
  private readonly lag = new EventLoopLag();

  constructor(private readonly limits: AdmissionLimits) {}

  /** Why no further request is admitted at the moment. */
  get refusal(): RefusalReason | undefined {
    const { maxInProgress, maxEventLoopLagMs } = this.limits;
    if (maxInProgress > 0 && this.inProgress >= maxInProgress) return 'in_progress';
    if (maxEventLoopLagMs > 0) {
      if (this.lag.smoothed > maxEventLoopLagMs || this.lag.current > maxEventLoopLagMs * PAUSES) return 'event_loop';
    }
    return undefined;
  }

  begin(response: AdmittedResponse): void {
    response[IN_PROGRESS] = true;
    this.inProgress += 1;
    // The client may leave before the response begins.
    response.once('close', () => this.end(response));
  }

  end(response: AdmittedResponse): void {
    if (response[IN_PROGRESS] !== true) return;
    response[IN_PROGRESS] = false;
    this.inProgress -= 1;
  }

  /** Call when the service listens. */
  start(): void {
    if (this.limits.maxEventLoopLagMs > 0) this.lag.start();
  }

  stop(): void {
    this.lag.stop();
  }
}
