import type { Locks } from './locks';
import { mix, requestNames } from '../../tools/demo/mix';
import type { ServiceCounts } from '../../tools/demo/service-metrics';
import type { PreparedRequest, Shop } from '../../tools/demo/shop';
import { sumOfData } from '../../tools/demo/statement-counts';
import { inParallel } from '../../tools/in-parallel';
import type { Progress } from '../../tools/progress';
import { RATIO_TOLERANCE, spread, statementsPerRound } from './slow-requests';

/** Number of requests that wait for a lock concurrently. Each occupies a connection of the service's pool. */
export const SLOW_CONCURRENCY = 8;
/** Maximum number of additional statements to correct the share, relative to those asked for. */
const MAX_CORRECTION = 0.5;

export interface Goal {
  readonly queries: number;
  readonly slowRatio: number;
  /** Number of concurrent requests while no lock is held. */
  readonly concurrency: number;
}

/** What the service has counted since the start, of the statements that `--queries` counts. */
interface Made {
  readonly queries: number;
  readonly slow: number;
}

/** Sends rounds of requests until the goal is reached. The counts so far decide how many of a round are to be slow. */
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
      this.report(queries, slow);
      return { queries, slow };
    };
    await this.shop.open();
    let now = await made();
    while (now.queries < this.goal.queries) {
      await this.round(now);
      now = await made();
    }
    await this.correct(now, made);
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

  /** Reading an order is one statement: sends as many, slow or fast, as the share lacks. */
  private async correct(now: Made, made: () => Promise<Made>): Promise<void> {
    const { slowRatio, queries: asked } = this.goal;
    const limit = now.queries + Math.ceil(asked * MAX_CORRECTION) + SLOW_CONCURRENCY;
    for (let last = now; ; last = await made()) {
      const missing = slowRatio * last.queries - last.slow;
      if (Math.abs(missing) <= Math.max(0.5, slowRatio)) return;
      if (slowRatio === 0 && last.slow <= RATIO_TOLERANCE * last.queries) return;
      const requests = Math.ceil(missing > 0 ? missing / (1 - slowRatio) : -missing / (slowRatio || RATIO_TOLERANCE));
      // The result says what was reached instead, and why.
      if (last.queries + requests > limit) return;
      const reads = Array.from({ length: requests }, () => this.shop.prepare('get an order'));
      if (missing > 0) await this.sendSlow(reads);
      else await this.sendFast(reads);
    }
  }

  private sendFast(requests: readonly PreparedRequest[]): Promise<void> {
    const tasks = requests.map((request) => () => request.send());
    return inParallel(this.goal.concurrency, tasks.values(), this.signal);
  }

  private async sendSlow(requests: readonly PreparedRequest[]): Promise<void> {
    for (let sent = 0; sent < requests.length; sent += SLOW_CONCURRENCY) {
      this.signal.throwIfAborted();
      const batch = requests.slice(sent, sent + SLOW_CONCURRENCY);
      await this.locks.delay(
        batch.map(({ needs }) => needs),
        () => Promise.all(batch.map((request) => request.send())),
      );
    }
  }

  private report(queries: number, slow: number): void {
    const done = Math.min(100, Math.floor((100 * queries) / this.goal.queries));
    this.progress.update(
      `${done} %: ${this.shop.sent} requests, ${queries} of ${this.goal.queries} statements, ${slow} of them slow`,
    );
  }
}
