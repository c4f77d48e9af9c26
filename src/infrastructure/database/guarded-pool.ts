import { Pool, type PoolClient, type PoolConfig } from 'pg';

export interface GuardedPoolConfig extends PoolConfig {
  /** Callers that may wait for a connection at once; whoever comes after them is refused at once. */
  maxWaiting?: number;
}

type Release = (error?: Error | boolean) => void;
type ConnectCallback = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** Refused without waiting: so many others wait for a connection that this caller would only wait in vain. */
export class PoolQueueFull extends Error {
  override readonly name = 'PoolQueueFull';

  constructor(readonly waiting: number) {
    super(`${waiting} callers wait for a database connection already.`);
  }
}

/** What pg knows of a client and its types do not say. */
interface ClientState {
  /** False while a statement runs; statements behind it are begun before it is true again. */
  readyForQuery: boolean;
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

/**
 * pg's pool, with two guards of its own, both against the loss of work that seemed to be done:
 *
 * - A client comes back to the pool only idle. One that is still in a transaction, or still busy with a statement that
 *   its caller has given up on, would run the next caller's statements inside the old transaction, whose end then undoes
 *   writes that were acknowledged. Such a client is destroyed.
 * - The queue of waiters has an end. Without one, overload turns into answers that come when nobody wants them any more.
 */
export class GuardedPool extends Pool {
  private readonly maxWaiting: number;

  constructor(config: GuardedPoolConfig) {
    super(config);
    this.maxWaiting = config.maxWaiting ?? Number.POSITIVE_INFINITY;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    if (!callback) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => {
          if (client) resolve(client);
          else reject(error ?? new Error('The pool gave no connection.'));
        });
      });
    }
    if (this.waitingCount >= this.maxWaiting && this.idleCount === 0 && this.totalCount >= this.options.max) {
      callback(new PoolQueueFull(this.waitingCount), undefined, () => undefined);
      return;
    }
    super.connect((error, client, release) => {
      if (!client) return callback(error, undefined, release);
      const guardedRelease: Release = (reason) => release(reason || !isIdle(client));
      client.release = guardedRelease;
      callback(undefined, client, guardedRelease);
    });
  }
}

function isIdle(client: PoolClient): boolean {
  const state = client as PoolClient & ClientState;
  return state.readyForQuery && state.getTransactionStatus() === 'I';
}
