import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { ClientLives, type ClientLivesOptions } from './client-lives';
import { isIdle, isReady } from './client-state';

export interface GuardedPoolConfig extends PoolConfig, ClientLivesOptions {
  /** Maximum number of callers that wait for a connection; further callers are rejected immediately. */
  maxWaiting?: number;
}

/** How long to wait for the second part of an error response, which normally arrives with the first. */
const SETTLING_MS = 50;

type Release = (error?: Error | boolean) => void;
export type ConnectCallback = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** The queue for connections is full: waiting would most likely not succeed. */
export class PoolQueueFullError extends Error {
  override readonly name = 'PoolQueueFullError';

  constructor(readonly waiting: number) {
    super(`Connection pool queue is full (${waiting} waiting).`);
  }
}

const failuresToConnect = new WeakSet<Error>();

/** Whether it is why a pool has no connection for a caller, whose statement was not sent. */
export const isFailureToConnect = (error: unknown): boolean => failuresToConnect.has(error as Error);

/**
 * pg's pool with three guards:
 *
 * - Only an idle client returns to the pool. A client that is still in a transaction, or still runs a statement that its
 *   caller has given up on, would execute the next caller's statements inside the old transaction, whose rollback would
 *   then undo acknowledged writes. Such a client is destroyed.
 * - A connection that has become too old, or whose server has become a standby, serves no other caller.
 * - The queue of waiting callers is bounded. An unbounded one turns overload into responses that arrive too late.
 */
export class GuardedPool extends Pool {
  private readonly maxWaiting: number;
  private readonly lives: ClientLives;

  constructor(config: GuardedPoolConfig) {
    super(config);
    this.lives = new ClientLives(config);
    this.on('connect', (client) => this.lives.begin(client));
    this.maxWaiting = config.maxWaiting ?? Number.POSITIVE_INFINITY;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    if (!callback) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => {
          if (client) resolve(client);
          else reject(error ?? new Error('The pool returned no connection.'));
        });
      });
    }
    if (this.waitingCount >= this.maxWaiting && this.idleCount === 0 && this.totalCount >= this.options.max) {
      callback(new PoolQueueFullError(this.waitingCount), undefined, () => undefined);
      return;
    }
    super.connect((error, client, release) => {
      if (!client) {
        if (error) failuresToConnect.add(error);
        return callback(error, undefined, release);
      }
      if (this.lives.isOver(client)) {
        release(true);
        return this.connect(callback);
      }
      let released = false;
      const guardedRelease: Release = (reason) => {
        if (released) throw new Error('The client was released twice.');
        released = true;
        if (reason) release(reason);
        else whenSettled(client, () => release(!isIdle(client) || this.lives.isOver(client)));
      };
      client.release = guardedRelease;
      callback(undefined, client, guardedRelease);
    });
  }
}

/**
 * The server responds to a failed statement in two parts: the error, which pg reports immediately, and slightly later
 * ReadyForQuery. A client that only waits for the second part need not be destroyed.
 */
function whenSettled(client: PoolClient, then: () => void): void {
  if (isReady(client)) return then();
  const settle = (): void => {
    clearTimeout(timer);
    client.off('drain', settle).off('end', settle).off('error', settle);
    then();
  };
  const timer = setTimeout(settle, SETTLING_MS);
  // A client that is being released has no other error listener, and an unhandled error event would end the process.
  client.once('drain', settle).once('end', settle).once('error', settle);
}
