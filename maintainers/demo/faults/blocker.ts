import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { CommandError } from '../../../tools/command-line';

const POLL_MS = 5;
const MAX_WAIT_MS = 10_000;

/** A lock that another program holds, and the backends that wait for it. */
export class Blocker {
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

  /** Releases the lock early. */
  async release(): Promise<void> {
    await this.holder.query('ROLLBACK');
  }

  /** @returns the backends that wait for the lock, when there are at least that many */
  async waiting(backends: number): Promise<number[]> {
    const deadline = performance.now() + MAX_WAIT_MS;
    while (performance.now() < deadline) {
      const { rows } = await this.observer.query<{ pid: number }>(
        `SELECT DISTINCT pid FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (rows.length >= backends) return rows.map(({ pid }) => pid);
      await delay(POLL_MS);
    }
    throw new CommandError(`Expected ${backends} statements to wait for a lock, but fewer did.`);
  }

  /** Cancels a statement as an operator does. */
  async cancel(backend: number): Promise<void> {
    await this.observer.query('SELECT pg_cancel_backend($1)', [backend]);
  }
}
