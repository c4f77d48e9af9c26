import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { Failure } from '../command-line';
import type { Needed } from './shop';

const POLL_MS = 5;
/** Beyond the threshold, so that nothing rounds a wait to less. */
const MARGIN_MS = 40;
/** How long more requests may take to reach the lock; they may be too many for the connections of the service. */
const PATIENCE_MS = 400;

const primaryKeys = { orders: 'id', products: 'sku', idempotency_keys: 'key' } as const;

/** Holds locks that statements of the service wait for: from a second connection, as another program might. */
export class Locks {
  /**
   * @param holder takes the locks; its own statements must not be counted for the service
   * @param observer sees who waits
   * @param role of the service
   * @param thresholdMs from which on a statement is slow to the service
   */
  constructor(
    private readonly holder: Client,
    private readonly observer: Client,
    private readonly role: string,
    private readonly thresholdMs: number,
  ) {}

  /**
   * Keeps what they need from the requests that `send` sends, until as many statements of the service as there are
   * requests were seen waiting, and then for longer than its threshold.
   */
  async delay(needs: readonly Needed[], send: () => Promise<unknown>): Promise<void> {
    let answered: Promise<unknown>;
    await this.holder.query('BEGIN');
    try {
      for (const needed of needs) await this.take(needed);
      answered = send();
      // Awaited below: until then nobody else hears of its failure.
      answered.catch(() => undefined);
      await this.untilWaiting(needs.length);
      await delay(this.thresholdMs + MARGIN_MS);
    } finally {
      await this.holder.query('ROLLBACK');
    }
    await answered;
  }

  private async take({ table, keys }: Needed): Promise<void> {
    try {
      if (keys) {
        const lock = `SELECT FROM ${table} WHERE ${primaryKeys[table]} = ANY ($1) ORDER BY ${primaryKeys[table]} FOR UPDATE`;
        await this.holder.query(lock, [keys]);
      } else {
        await this.holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      }
    } catch (error) {
      throw new Failure(
        `The role of --database-url cannot lock the table ${table} (${(error as Error).message}): give a superuser’s or the ` +
          'owner’s.',
      );
    }
  }

  /** Waits until so many of the service's statements wait, or no more of them come. */
  private async untilWaiting(statements: number): Promise<void> {
    const patienceEnds = performance.now() + PATIENCE_MS;
    while ((await this.waiting()) < statements && performance.now() < patienceEnds) await delay(POLL_MS);
  }

  private async waiting(): Promise<number> {
    const { rows } = await this.observer.query<{ waiting: number }>(
      `SELECT count(DISTINCT locks.pid)::integer AS waiting
         FROM pg_locks locks JOIN pg_stat_activity activity ON activity.pid = locks.pid
        WHERE NOT locks.granted AND activity.usename = $1 AND activity.datname = current_database()`,
      [this.role],
    );
    return rows[0]?.waiting ?? 0;
  }
}
