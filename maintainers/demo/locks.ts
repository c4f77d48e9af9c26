import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { CommandError } from '../../tools/command-line';
import type { Needed } from '../../tools/demo/shop';

const POLL_MS = 5;
/** Added to the threshold, so that no rounding makes a wait shorter. */
const MARGIN_MS = 40;
/** Time for the requests to reach the lock. The service may have fewer connections than there are requests. */
const MAX_WAIT_MS = 400;

const primaryKeys = { orders: 'id', products: 'sku', idempotency_keys: 'key' } as const;

/** Holds locks on a second connection, which statements of the service wait for. */
export class Locks {
  /**
   * @param holder takes the locks; its statements must not be counted as those of the service
   * @param observer counts the waiting statements
   * @param role of the service
   * @param thresholdMs the slow-query threshold of the service
   */
  constructor(
    private readonly holder: Client,
    private readonly observer: Client,
    private readonly role: string,
    private readonly thresholdMs: number,
  ) {}

  /**
   * Locks what the requests of `send` need until as many statements of the service wait, and then for longer than its
   * threshold.
   */
  async delay(needs: readonly Needed[], send: () => Promise<unknown>): Promise<void> {
    let responses: Promise<unknown>;
    await this.holder.query('BEGIN');
    try {
      for (const needed of needs) await this.take(needed);
      responses = send();
      // A failure is reported where it is awaited, below.
      responses.catch(() => undefined);
      await this.untilWaiting(needs.length);
      await delay(this.thresholdMs + MARGIN_MS);
    } finally {
      await this.holder.query('ROLLBACK');
    }
    await responses;
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
      throw new CommandError(
        `The role of --database-url cannot lock the table ${table} (${(error as Error).message}): give a URL for a superuser or ` +
          'for the owner.',
      );
    }
  }

  /** Waits until that many statements of the service wait for a lock, or the time is over. */
  private async untilWaiting(statements: number): Promise<void> {
    const deadline = performance.now() + MAX_WAIT_MS;
    while ((await this.waiting()) < statements && performance.now() < deadline) await delay(POLL_MS);
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
