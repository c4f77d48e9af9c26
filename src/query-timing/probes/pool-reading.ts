import type { DataSource } from 'typeorm';
import type { PoolRole } from '../model/completed-query';

/** What a pool looks like at one moment. */
export interface PoolReading {
  readonly role: PoolRole;
  /** Connections in use. */
  readonly active: number;
  readonly idle: number;
  readonly max: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
}

/** `pg.Pool`, as TypeORM's PostgreSQL drivers hold it. */
interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** The inside of a mysql2 pool; it has no public figures. */
interface MysqlPool {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
  readonly config: { readonly connectionLimit: number };
}

interface Driver {
  readonly master?: PgPool;
  readonly slaves?: readonly PgPool[];
  readonly pool?: MysqlPool;
  readonly poolCluster?: { readonly _nodes: Readonly<Record<string, { readonly pool: MysqlPool }>> };
}

const READERS: Readonly<Record<string, (driver: Driver) => PoolReading[]>> = {
  postgres: readPg,
  cockroachdb: readPg,
  mysql: readMysql,
  mariadb: readMysql,
};

/** How to read the pools of a DataSource, or undefined when its driver has none that can be read. */
export function poolReaderOf(dataSource: DataSource): (() => PoolReading[]) | undefined {
  const read = READERS[dataSource.options.type];
  // The driver is asked for at each reading: it has its pools only while the DataSource is initialised.
  return read && (() => read(dataSource.driver as unknown as Driver));
}

/** True when reads can go to replicas, so that there are pools of two roles. */
export function isReplicated(dataSource: DataSource): boolean {
  return (dataSource.options as { replication?: unknown }).replication !== undefined;
}

function readPg({ master, slaves = [] }: Driver): PoolReading[] {
  const reading = (role: PoolRole, pool: PgPool): PoolReading => ({
    role,
    active: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    max: pool.options.max,
    pending: pool.waitingCount,
  });
  return [...(master ? [reading('primary', master)] : []), ...slaves.map((pool) => reading('replica', pool))];
}

function readMysql({ pool, poolCluster }: Driver): PoolReading[] {
  const reading = (role: PoolRole, { _allConnections, _freeConnections, _connectionQueue, config }: MysqlPool) => ({
    role,
    active: _allConnections.length - _freeConnections.length,
    idle: _freeConnections.length,
    max: config.connectionLimit,
    pending: _connectionQueue.length,
  });
  const nodes = Object.entries(poolCluster?._nodes ?? {});
  return [
    ...(pool ? [reading('primary', pool)] : []),
    ...nodes.map(([name, node]) => reading(name === 'MASTER' ? 'primary' : 'replica', node.pool)),
  ];
}
