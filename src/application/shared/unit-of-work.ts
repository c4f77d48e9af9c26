import type { ResultAsync } from 'neverthrow';

/**
 * Port: everything that `work` does through its transaction is stored, or nothing is.
 *
 * An Ok is returned only after the commit was acknowledged; an Err rolls back and is returned as it is. `work` may run
 * several times (serialisation failures and deadlocks are retried), so it must keep no state outside its transaction.
 * Rejects with a {@link PortError} when the database is unavailable or too slow.
 */
export abstract class UnitOfWork<Transaction> {
  abstract run<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): ResultAsync<T, E>;
}
