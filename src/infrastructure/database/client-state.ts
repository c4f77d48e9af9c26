import type { PoolClient } from 'pg';

/** State of pg's client that its types do not declare. */
interface ClientState {
  /** False while a statement runs. Queued statements start before it becomes true. */
  readyForQuery: boolean;
  /** As of the last complete response: I idle, T in a transaction, E in a transaction aborted by an error. */
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

const stateOf = (client: PoolClient): ClientState => client as PoolClient & ClientState;

/** Whether the response to the last statement is complete. */
export const isReady = (client: PoolClient): boolean => stateOf(client).readyForQuery;

/** Whether its last user left neither a running statement nor an open transaction. */
export const isIdle = (client: PoolClient): boolean =>
  isReady(client) && stateOf(client).getTransactionStatus() === 'I';

/** Whether a COMMIT would certainly commit: a transaction is open, and no statement has aborted it. */
export const canCommit = (client: PoolClient): boolean =>
  isReady(client) && stateOf(client).getTransactionStatus() === 'T';
