import { setTimeout as delay } from 'node:timers/promises';
import { ResultAsync, type Result } from 'neverthrow';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { EventPublisher } from '../../application/shared/event-publisher';
import { OutcomeUnknownError } from '../../application/shared/port-errors';
import type { Conflict, RetryReason } from '../observability/transaction-metrics';
import { canCommit } from './client-state';
import { wasRefused } from './commit-outcome';
import { reasonOfEnd } from './client-lives';
import {
  endedBetweenStatements,
  isGivenUp,
  isLostConnection,
  isReleased,
  LostBeforeBeginError,
  retryReasonOf,
  toPortError,
} from './driver-errors';
import { refuseLateStatements } from './late-statements';
import { CollectedEvents } from './outbox/collected-events';

export interface TransactionObserver {
  /** A transaction is retried. */
  retried(reason: RetryReason): void;
  /** A transaction failed after its last attempt because of this, again. */
  exhausted(reason: Conflict): void;
}

/** What runs in a transaction. Its events are stored with it when it returns an Ok. */
export type TransactionWork<T, E> = (manager: EntityManager, events: EventPublisher) => ResultAsync<T, E>;

const MAX_ATTEMPTS = 5;
const BASE_DELAY_MS = 5;

/**
 * Runs work in its own transaction: returns an Ok after the commit was acknowledged, an Err after a rollback.
 * (`EntityManager.transaction` commits everything that does not reject, including an Err.)
 *
 * Serialisation failures, deadlocks and prepared statements that the server refuses are retried, with at most five attempts
 * in total, after a random delay whose upper bound doubles. Without the randomness, the same transactions would conflict
 * again. So is a transaction whose connection turns out to be lost when it begins: the server or a firewall has ended it
 * while it was idle. A transaction whose commit may have succeeded is never repeated: it rejects with an {@link OutcomeUnknownError}.
 */
export class TransactionRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly observer: TransactionObserver,
    /** Called after the commit of a transaction that has stored events. */
    private readonly onEvents: () => void = () => undefined,
  ) {}

  run<T, E>(work: TransactionWork<T, E>): ResultAsync<T, E> {
    return new ResultAsync(this.runWithRetries(work));
  }

  private async runWithRetries<T, E>(work: TransactionWork<T, E>): Promise<Result<T, E>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.runOnce(work);
      } catch (error) {
        const reason = retryReasonOf(error);
        if (!reason) throw toPortError(error);
        if (attempt === MAX_ATTEMPTS) {
          // Other metrics count connections that are lost.
          if (reason !== 'connection') this.observer.exhausted(reason);
          throw toPortError(error);
        }
        this.observer.retried(reason);
        await delay(Math.random() * BASE_DELAY_MS * 2 ** attempt);
      }
    }
  }

  private async runOnce<T, E>(work: TransactionWork<T, E>): Promise<Result<T, E>> {
    const runner = this.dataSource.createQueryRunner('master');
    const events = new CollectedEvents();
    let client: PoolClient | undefined;
    try {
      await begin(runner);
      client = (await runner.connect()) as PoolClient;
      const result = await work(runner.manager, events);
      if (result.isErr()) {
        await rollBack(runner);
        return result;
      }
      if (!events.isEmpty) await events.store(runner.manager);
      refuseLateStatements(runner);
      // If a statement failed and its error was swallowed, the server responds to COMMIT with a rollback, and reports success.
      // Any other statement fails then, and says why; it succeeds if the last response was merely incomplete.
      if (!canCommit(client)) await runner.query('SELECT 1');
      await commit(runner);
      if (!events.isEmpty) this.onEvents();
      return result;
    } catch (error) {
      // A server that did not respond will not respond to a ROLLBACK: the pool destroys the connection, and the
      // transaction with it.
      if (!isGivenUp(error) && !(error instanceof OutcomeUnknownError)) await rollBack(runner);
      const reason = client && isReleased(error) ? reasonOfEnd(client) : undefined;
      throw reason ? endedBetweenStatements(reason) : error;
    } finally {
      await runner.release();
    }
  }
}

async function begin(runner: QueryRunner): Promise<void> {
  try {
    await runner.startTransaction();
  } catch (error) {
    throw isLostConnection(error) ? new LostBeforeBeginError('The connection was lost.', { cause: error }) : error;
  }
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    if (wasRefused(error)) throw error;
    throw new OutcomeUnknownError('The response to COMMIT was lost.', { cause: error });
  }
}

/** The first error is the one to report; if the rollback fails too, the pool destroys the client. */
async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  refuseLateStatements(runner);
  await runner.rollbackTransaction().catch(() => undefined);
}
