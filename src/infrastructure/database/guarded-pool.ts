import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { isIdle, isReady } from './client-state';

export interface GuardedPoolConfig extends PoolConfig {
  /** Callers that may wait for a connection at once; whoever comes after them is refused at once. */
  maxWaiting?: number;
}

/** The second part of an answer comes with the first or right behind it; a statement that still runs takes longer. */
const SETTLING_MS = 50;

type Release = (error?: Error | boolean) => void;
type ConnectCallback = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** Refused without waiting: so many others wait for a connection that this caller would only wait in vain. */
export class PoolQueueFullError extends Error {
  override readonly name = 'PoolQueueFullError';

  constructor(readonly waiting: number) {
    super(`${waiting} callers wait for a database connection already.`);
  }
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
      callback(new PoolQueueFullError(this.waitingCount), undefined, () => undefined);
      return;
    }
    super.connect((error, client, release) => {
      if (!client) return callback(error, undefined, release);
      let released = false;
      const guardedRelease: Release = (reason) => {
        if (released) throw new Error('A client was released to the pool twice.');
        released = true;
        if (reason) release(reason);
        else whenSettled(client, () => release(!isIdle(client)));
      };
      client.release = guardedRelease;
      callback(undefined, client, guardedRelease);
    });
  }
}

/**
 * The server answers a failed statement in two parts: the error, which its caller hears at once, and a little later that
 * it is ready again. A client that is only waiting for the second part is not worth destroying.
 */
function whenSettled(client: PoolClient, then: () => void): void {
  if (isReady(client)) return then();
  const settle = (): void => {
    clearTimeout(timer);
    client.off('drain', settle).off('end', settle).off('error', settle);
    then();
  };
  const timer = setTimeout(settle, SETTLING_MS);
  // Nobody else listens for errors of a client on its way back, and an error that nobody hears ends the process.
  client.once('drain', settle).once('end', settle).once('error', settle);
}
