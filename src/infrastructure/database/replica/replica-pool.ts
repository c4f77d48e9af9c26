import type { Client, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { GuardedPool, type ConnectCallback, type GuardedPoolConfig } from '../guarded-pool';

/** TypeORM gives the same settings to all pools: this host, which is not used, marks the pool of the replica. */
export const REPLICA_HOST = 'replica';
/** Maximum wait for a connection of the replica: the primary has to be asked in time. */
export const MAX_REPLICA_ACQUIRE_MS = 1_000;

/** Ends all connections that were made with its signal. */
class Connections {
  private controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    this.controller.abort();
    this.controller = new AbortController();
  }
}

/** What differs from the pool of the primary. */
export interface ReplicaPoolConfig extends GuardedPoolConfig {
  readonly clientFor: (connections: { readonly signal: AbortSignal }) => typeof Client;
}

/** The pool of a replica, which need not be there. */
export class ReplicaPool extends GuardedPool {
  private readonly connections: Connections;
  private isTried = false;

  constructor({ clientFor, ...config }: ReplicaPoolConfig) {
    const connections = new Connections();
    super({ ...config, Client: clientFor(connections) });
    this.connections = connections;
  }

  /** Whatever waits for them is rejected. */
  endConnections(): void {
    this.connections.end();
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    if (!callback) return super.connect();
    if (this.isTried) return super.connect(callback);
    // TypeORM tries a new pool, and does not start if that fails.
    this.isTried = true;
    callback(undefined, undefined, () => undefined);
  }
}

/** For TypeORM, a constructor of both kinds of pools. */
export const poolsOf = (replica: ReplicaPoolConfig) =>
  function (config: GuardedPoolConfig): GuardedPool {
    return config.host === REPLICA_HOST
      ? new ReplicaPool({ ...config, host: undefined, ...replica })
      : new GuardedPool(config);
  };

/** The pool of the data source's replica, if it has one. */
export function replicaPoolOf(dataSource: DataSource): ReplicaPool | undefined {
  return (dataSource.driver as unknown as { readonly slaves: readonly ReplicaPool[] }).slaves[0];
}
