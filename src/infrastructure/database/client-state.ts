import type { PoolClient } from 'pg';

/** What pg knows of a client and its types do not say. */
interface ClientState {
  /** False while a statement runs; statements behind it are begun before it is true again. */
  readyForQuery: boolean;
  /** As of the last answer that is complete: idle, in a transaction, in one that an error has aborted. */
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

const stateOf = (client: PoolClient): ClientState => client as PoolClient & ClientState;

/** Whether the last statement was answered to its end. */
export const isReady = (client: PoolClient): boolean => stateOf(client).readyForQuery;

/** Whether nothing is left of what its last user did. */
export const isIdle = (client: PoolClient): boolean =>
  isReady(client) && stateOf(client).getTransactionStatus() === 'I';

/** Whether it is certain that a COMMIT would commit: a transaction is open, and no statement has aborted it. */
export const canCommit = (client: PoolClient): boolean =>
  isReady(client) && stateOf(client).getTransactionStatus() === 'T';
