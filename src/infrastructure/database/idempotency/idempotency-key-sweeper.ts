import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Small enough that a sweep does not hold locks for long. */
const ROWS_PER_STATEMENT = 1_000;

const deleteExpired = `
  DELETE FROM idempotency_keys WHERE (customer_id, key) IN (
    SELECT customer_id, key FROM idempotency_keys WHERE expires_at <= now()
     LIMIT ${ROWS_PER_STATEMENT} FOR UPDATE SKIP LOCKED)`;

/**
 * Deletes expired idempotency keys periodically. Several instances may do so concurrently: each skips the rows that another has locked.
 * The database's clock decides: one instance whose clock is wrong would delete the keys of all, and requests that are sent again
 * would be processed twice.
 */
export class IdempotencyKeySweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(IdempotencyKeySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  /** @param intervalMs time between the starts of two sweeps */
  constructor(
    private readonly dataSource: DataSource,
    private readonly intervalMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.sweep().then(
        () => undefined,
        (error: unknown) => this.logger.warn(`Could not delete expired idempotency keys: ${String(error)}`),
      );
    }, this.intervalMs);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns the number of deleted keys */
  async sweep(): Promise<number> {
    let deleted = 0;
    for (;;) {
      const [, affected] = await this.dataSource.query<[unknown[], number]>(deleteExpired);
      deleted += affected;
      if (affected < ROWS_PER_STATEMENT) return deleted;
    }
  }
}
