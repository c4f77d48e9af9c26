import { setTimeout as delay } from 'node:timers/promises';
import { ResultAsync, type Result } from 'neverthrow';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { canCommit } from './client-state';
import { conflictOf, isGivenUp, toPortError } from './driver-errors';

export interface TransactionObserver {
  /** A transaction is tried again after a conflict with another one. */
  retried(reason: 'serialization' | 'deadlock'): void;
  /** A transaction was given up after its last attempt. */
  exhausted(reason: 'serialization' | 'deadlock'): void;
}

const MAX_ATTEMPTS = 5;
const BASE_DELAY_MS = 5;

/**
 * Runs work in a transaction of its own: an Ok is answered after the commit was acknowledged, an Err after a rollback.
 * (`EntityManager.transaction` commits whatever does not reject, an Err too.)
 *
 * Serialisation failures and deadlocks are tried again, up to five times in all, after a random delay that doubles:
 * without the randomness, those who met would meet again.
 */
export class TransactionRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly observer: TransactionObserver,
  ) {}

  run<T, E>(work: (manager: EntityManager) => ResultAsync<T, E>): ResultAsync<T, E> {
    return new ResultAsync(this.runWithRetries(work));
  }

  private async runWithRetries<T, E>(work: (manager: EntityManager) => ResultAsync<T, E>): Promise<Result<T, E>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.runOnce(work);
      } catch (error) {
        const conflict = conflictOf(error);
        if (!conflict) throw toPortError(error);
        if (attempt === MAX_ATTEMPTS) {
          this.observer.exhausted(conflict);
          throw toPortError(error);
        }
        this.observer.retried(conflict);
        await delay(Math.random() * BASE_DELAY_MS * 2 ** attempt);
      }
    }
  }

  private async runOnce<T, E>(work: (manager: EntityManager) => ResultAsync<T, E>): Promise<Result<T, E>> {
    const runner = this.dataSource.createQueryRunner('master');
    try {
      await runner.startTransaction();
      const client = (await runner.connect()) as PoolClient;
      const result = await work(runner.manager);
      if (result.isErr()) {
        await rollBack(runner);
        return result;
      }
      // After a failed statement whose error nobody passed on, the server answers COMMIT with a rollback and calls that a
      // success. Any other statement it refuses: this one says why, or that the last answer was only not complete yet.
      if (!canCommit(client)) await runner.query('SELECT 1');
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // A server that did not answer will not answer this either: the connection is destroyed, and with it the transaction.
      if (!isGivenUp(error)) await rollBack(runner);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

/** The first error is the one that tells; a rollback that fails too leaves a client that the pool destroys. */
async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  await runner.rollbackTransaction().catch(() => undefined);
}
