import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { Failure } from '../../tools/command-line';

const POLL_MS = 5;
const PATIENCE_MS = 10_000;

/** A lock that another program holds, and those who wait for it. */
export class Obstacle {
  constructor(
    private readonly holder: Client,
    private readonly observer: Client,
  ) {}

  /** Holds the lock that `statement` takes while `meanwhile` runs. */
  async during<T>(statement: string, meanwhile: () => Promise<T>): Promise<T> {
    await this.holder.query('BEGIN');
    try {
      await this.holder.query(statement);
      return await meanwhile();
    } finally {
      await this.holder.query('ROLLBACK');
    }
  }

  /** Lets everybody pass who waits. */
  async clear(): Promise<void> {
    await this.holder.query('ROLLBACK');
  }

  /** @returns the backends that wait for the lock, as soon as there are so many */
  async waiting(backends: number): Promise<number[]> {
    const patienceEnds = performance.now() + PATIENCE_MS;
    while (performance.now() < patienceEnds) {
      const { rows } = await this.observer.query<{ pid: number }>(
        `SELECT DISTINCT pid FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (rows.length >= backends) return rows.map(({ pid }) => pid);
      await delay(POLL_MS);
    }
    throw new Failure(`${backends} statements were to wait for a lock, and fewer did.`);
  }

  /** As an operator does whom a statement takes too long. */
  async cancel(backend: number): Promise<void> {
    await this.observer.query('SELECT pg_cancel_backend($1)', [backend]);
  }
}
