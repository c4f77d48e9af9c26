import type { DataSource } from 'typeorm';
import type { PoolRole } from '../model/completed-query';
import type { PoolReading } from '../model/pool-reading';

/** The part of `pg.Pool` that is read. */
interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** Private fields of a mysql2 pool; it has no public counters. */
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

/** A function that reads the pools of a DataSource, or undefined if its driver has no readable pool. */
export function poolReaderOf(dataSource: DataSource): (() => PoolReading[]) | undefined {
  const read = READERS[dataSource.options.type];
  // Read from the DataSource on each call: the driver has pools only while the DataSource is initialised.
  return read && (() => read(dataSource.driver as unknown as Driver));
}

/** True when the DataSource has replicas, and therefore pools of two roles. */
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
