import type { Locks } from './locks';
import { mix, RATIO_TOLERANCE, requestNames, spread, statementsPerRound } from './mix';
import type { Progress } from '../progress';
import type { PreparedRequest, Shop } from './shop';
import { sumOfData } from './statement-types';
import type { ServiceCounts } from './service-metrics';

/** Requests that wait for locks at one time. Each has a connection of the service's pool while it waits. */
export const SLOW_AT_ONCE = 8;
/** Statements beyond those asked for that may be made to mend the share, as a part of them. */
const MOST_MENDING = 0.5;

export interface Goal {
  readonly queries: number;
  readonly slowRatio: number;
  /** Requests at one time while nothing is held. */
  readonly concurrency: number;
}

/** What the service has counted since the beginning: of the statements that count. */
interface Made {
  readonly queries: number;
  readonly slow: number;
}

/** Sends rounds of the mix until the goal is reached; how many of a round are to be slow follows from what was counted. */
export class Drive {
  constructor(
    private readonly shop: Shop,
    private readonly locks: Locks,
    private readonly readCounts: () => Promise<ServiceCounts>,
    private readonly progress: Progress,
    private readonly goal: Goal,
    private readonly signal: AbortSignal,
  ) {}

  async run(before: ServiceCounts): Promise<void> {
    const made = async (): Promise<Made> => {
      this.signal.throwIfAborted();
      const now = await this.readCounts();
      const queries = sumOfData(now.queries) - sumOfData(before.queries);
      const slow = sumOfData(now.slow) - sumOfData(before.slow);
      this.tell(queries, slow);
      return { queries, slow };
    };
    await this.shop.open();
    let now = await made();
    while (now.queries < this.goal.queries) {
      await this.round(now);
      now = await made();
    }
    await this.mend(now, made);
    this.progress.end();
  }

  private async round({ queries, slow }: Made): Promise<void> {
    const wanted = Math.max(0, Math.round(this.goal.slowRatio * (queries + statementsPerRound)) - slow);
    const slowOf = spread(wanted);
    const fastOnes: PreparedRequest[] = [];
    const slowOnes: PreparedRequest[] = [];
    for (const name of requestNames) {
      for (let number = 0; number < mix[name].requests; number += 1) {
        (number < slowOf.get(name)! ? slowOnes : fastOnes).push(this.shop.prepare(name));
      }
    }
    await this.sendFast(fastOnes);
    await this.sendSlow(slowOnes);
  }

  /** Reading one order is one statement, slow or not: so many of them as the share lacks. */
  private async mend(now: Made, made: () => Promise<Made>): Promise<void> {
    const { slowRatio, queries: asked } = this.goal;
    const limit = now.queries + Math.ceil(asked * MOST_MENDING) + SLOW_AT_ONCE;
    for (let last = now; ; last = await made()) {
      const missing = slowRatio * last.queries - last.slow;
      if (Math.abs(missing) <= Math.max(0.5, slowRatio)) return;
      if (slowRatio === 0 && last.slow <= RATIO_TOLERANCE * last.queries) return;
      const requests = Math.ceil(missing > 0 ? missing / (1 - slowRatio) : -missing / (slowRatio || RATIO_TOLERANCE));
      // What has come of it is shown, and why it is not what was asked for.
      if (last.queries + requests > limit) return;
      const reads = Array.from({ length: requests }, () => this.shop.prepare('get an order'));
      if (missing > 0) await this.sendSlow(reads);
      else await this.sendFast(reads);
    }
  }

  private async sendFast(requests: readonly PreparedRequest[]): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        this.signal.throwIfAborted();
        await request.send();
      }
    };
    await Promise.all(Array.from({ length: this.goal.concurrency }, worker));
  }

  private async sendSlow(requests: readonly PreparedRequest[]): Promise<void> {
    for (let sent = 0; sent < requests.length; sent += SLOW_AT_ONCE) {
      this.signal.throwIfAborted();
      const batch = requests.slice(sent, sent + SLOW_AT_ONCE);
      await this.locks.delay(
        batch.map(({ needs }) => needs),
        () => Promise.all(batch.map((request) => request.send())),
      );
    }
  }

  private tell(queries: number, slow: number): void {
    const done = Math.min(100, Math.floor((100 * queries) / this.goal.queries));
    this.progress.update(
      `${done} %: ${this.shop.sent} requests, ${queries} of ${this.goal.queries} statements, ${slow} of them slow`,
    );
  }
}
