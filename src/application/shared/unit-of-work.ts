import type { ResultAsync } from 'neverthrow';

/**
 * Port: everything that `work` does through its transaction is stored, or nothing.
 *
 * An Ok is answered only after the commit was acknowledged; an Err rolls back and is answered as it is. `work` may run
 * several times (serialisation failures and deadlocks are retried), so it keeps no state outside of its transaction.
 * Rejects with a {@link Fault} when the database cannot do it.
 */
export abstract class UnitOfWork<Transaction> {
  abstract run<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): ResultAsync<T, E>;
}
