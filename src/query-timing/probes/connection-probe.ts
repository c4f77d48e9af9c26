import { errorMonitor, type EventEmitter } from 'node:events';
import { monotonicNow } from '../globals';
import { replaceMethod } from './method-replacement';
import type { Probe } from './probe';

/** pg's client, as far as it is read. */
interface PgClient {
  /** False after the connection is gone. */
  readonly _queryable?: boolean;
  /** False while a statement runs, also after a failure that has ended the connection. */
  readonly readyForQuery?: boolean;
}

/** mysql2's pool: it calls its own method for each connection that returns or is removed. */
interface MySqlPool {
  releaseConnection(connection: object): void;
}

interface Driver {
  connect(): Promise<void>;
  readonly master?: EventEmitter;
  readonly slaves?: readonly EventEmitter[];
  readonly pool?: MySqlPool;
  readonly poolCluster?: { readonly _nodes: Readonly<Record<string, { readonly pool: MySqlPool }>> };
}

/**
 * Sees the connections that return to their pool, which ends what their last user left open, and those that are lost while
 * no statement runs: with pg, nothing more is sent on them, so no statement fails. It listens to the pools, never to a
 * connection.
 */
export const connectionProbe: Probe = (dataSource, completion) => {
  const driver = dataSource.driver as unknown as Driver;
  const { observer } = completion;
  let attached = true;
  let unwatch: readonly (() => void)[] = [];
  /** Lost connections that have been seen: pg can report one twice. */
  const lost = new WeakSet<object>();

  const released = (connection: object) => {
    try {
      completion.connectionReleased(connection, monotonicNow());
    } catch (error) {
      observer.probeFailed('transaction_probe', error);
    }
  };

  const checkLost = (client: PgClient, error: unknown) => {
    try {
      if (client._queryable !== false || lost.has(client)) return;
      lost.add(client);
      // Otherwise the statement that runs reports it.
      if (client.readyForQuery !== false) observer.connectionLost(error);
    } catch (error) {
      observer.probeFailed('pool_probe', error);
    }
  };

  const watchPg = (pool: EventEmitter): (() => void) => {
    const onRelease = (error: unknown, client: PgClient) => {
      released(client);
      checkLost(client, error);
    };
    const onError = (error: unknown, client: PgClient | undefined) => client && checkLost(client, error);
    pool.on('release', onRelease);
    // errorMonitor sees an error without counting as a handler of it.
    pool.on(errorMonitor, onError);
    return () => void pool.off('release', onRelease).off(errorMonitor, onError);
  };

  const watchMySql = (pool: MySqlPool): (() => void) =>
    replaceMethod(
      pool,
      'releaseConnection',
      (original) =>
        function (this: MySqlPool, connection) {
          released(connection);
          return original.call(this, connection);
        },
    );

  const stopWatching = () => {
    for (const stop of unwatch) stop();
    unwatch = [];
  };

  /** The pools are those of one `initialize()`. */
  const watchPools = () => {
    stopWatching();
    if (!attached) return;
    try {
      const { master, slaves = [], pool, poolCluster } = driver;
      const nodes = Object.values(poolCluster?._nodes ?? {}).map((node) => node.pool);
      unwatch = [
        ...[...(master ? [master] : []), ...slaves].filter((one) => typeof one.on === 'function').map(watchPg),
        ...[...(pool ? [pool] : []), ...nodes].map(watchMySql),
      ];
    } catch (error) {
      observer.probeFailed('pool_probe', error);
    }
  };

  const restore = replaceMethod(
    driver,
    'connect',
    (original) =>
      function (this: Driver) {
        const connected = original.call(this);
        connected.then(watchPools, () => undefined);
        return connected;
      },
  );
  watchPools();
  return () => {
    attached = false;
    restore();
    stopWatching();
  };
};
