import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Postgres } from './postgres';
import { HttpClient, requestText, type Response } from './http-client';

/** After a request that has failed: a server that is away refuses as fast as a client can ask. */
const PAUSE_MS = 20;

export interface WritersOptions {
  readonly workers: number;
  readonly token: string;
  readonly skus: readonly string[];
  /** Port for the next request. */
  readonly port: () => number;
  /** Whether a request that fails is sent again, with its key, until it is acknowledged. */
  readonly repeats: boolean;
}

/** Customers that place orders, each the next one when the last one is acknowledged. */
export class Writers {
  /** Ids of acknowledged orders since they were taken. */
  private ids: string[] = [];
  acknowledged = 0;
  /** How many requests were not acknowledged, by status or reason. */
  readonly failures = new Map<string, number>();
  private readonly client = new HttpClient();
  private readonly listeners = new Set<() => void>();
  private workers: Promise<void>[] = [];
  private working = true;
  private turn = 0;

  constructor(private readonly options: WritersOptions) {}

  start(): void {
    this.workers = Array.from({ length: this.options.workers }, () => this.work());
  }

  get failed(): number {
    return [...this.failures.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Waits until this many more are acknowledged, or the time is over. */
  async acknowledges(more: number, until = Infinity): Promise<void> {
    const goal = this.acknowledged + more;
    const timeUp = new AbortController();
    const timer = Number.isFinite(until)
      ? delay(Math.max(0, until - performance.now()), undefined, { signal: timeUp.signal })
      : undefined;
    const reached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.acknowledged < goal) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
    await Promise.race([reached, ...(timer ? [timer.catch(() => undefined)] : [])]);
    timeUp.abort();
  }

  /** The ids of the orders that were acknowledged since the last call. */
  takeIds(): string[] {
    const { ids } = this;
    this.ids = [];
    return ids;
  }

  /** Completes what has begun. */
  async stop(): Promise<void> {
    this.working = false;
    await Promise.all(this.workers);
    this.client.close();
  }

  private async work(): Promise<void> {
    while (this.working) {
      const text = this.nextOrder();
      let isPlaced: boolean;
      do {
        isPlaced = await this.place(text);
        if (!isPlaced) await delay(PAUSE_MS);
      } while (!isPlaced && this.options.repeats);
    }
  }

  private nextOrder(): string {
    const { token, skus } = this.options;
    const sku = skus[this.turn++ % skus.length];
    return requestText({
      method: 'POST',
      path: '/api/v1/orders',
      token,
      key: randomUUID(),
      body: { lines: [{ sku, quantity: 1 }] },
    });
  }

  private async place(text: string): Promise<boolean> {
    const response = await this.client.send(this.options.port(), text).catch((error: Error) => error);
    if (response instanceof Error || response.status !== 201) {
      const why = response instanceof Error ? response.name : String(response.status);
      this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
      return false;
    }
    this.ids.push(idOf(response));
    this.acknowledged += 1;
    for (const look of this.listeners) look();
    return true;
  }
}

const idOf = ({ body }: Response): string => (JSON.parse(body) as { id: string }).id;

/** How many of these orders are not stored. */
export async function missing(postgres: Postgres, ids: readonly string[]): Promise<number> {
  return ids.length - (await postgres.count('SELECT count(*) FROM orders WHERE id = ANY ($1::uuid[])', [ids]));
}
