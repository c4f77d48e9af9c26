import type { PoolRole } from './completed-query';

/** The state of one pool at one moment, in connections. */
export interface PoolReading {
  readonly role: PoolRole;
  /** In use. */
  readonly active: number;
  readonly idle: number;
  readonly max: number;
  /** Requests waiting for a connection. */
  readonly pending: number;
}
