import type { DataSource } from 'typeorm';
import type { PoolRole } from '../model/completed-query';
import type { PoolReading } from '../model/pool-reading';

/** The part of `pg.Pool` that is read. Pools of other libraries do not have all of it. */
interface PgPool {
  readonly totalCount?: number;
  readonly idleCount?: number;
  readonly waitingCount?: number;
  readonly options?: { readonly max?: number };
}

interface Queue {
  readonly length?: number;
}

/** Private fields of a mysql2 pool; it has no public counters. */
interface MysqlPool {
  readonly _allConnections?: Queue;
  readonly _freeConnections?: Queue;
  readonly _connectionQueue?: Queue;
  readonly config?: { readonly connectionLimit?: number };
}

interface Driver {
  readonly master?: PgPool;
  readonly slaves?: readonly PgPool[];
  readonly pool?: MysqlPool;
  readonly poolCluster?: { readonly _nodes?: Readonly<Record<string, { readonly pool?: MysqlPool }>> };
}

const READERS: Readonly<Record<string, (driver: Driver) => PoolReading[]>> = {
  postgres: readPg,
  cockroachdb: readPg,
  mysql: readMysql,
  mariadb: readMysql,
};

/** True if the driver's own pool can be read. A pool of another library may be unreadable nevertheless. */
export function hasReadablePool(dataSource: DataSource): boolean {
  return dataSource.options.type in READERS;
}

/**
 * Reads the pools of a DataSource: none as long as it is not initialised, or once it is destroyed. Undefined if a pool
 * cannot be read.
 */
export function readPools(dataSource: DataSource): readonly PoolReading[] | undefined {
  const readings = READERS[dataSource.options.type]?.(dataSource.driver as unknown as Driver) ?? [];
  const figures = readings.flatMap(({ active, idle, max, pending }) => [active, idle, max, pending]);
  return figures.some((figure) => typeof figure !== 'number' || Number.isNaN(figure)) ? undefined : readings;
}

/** True when the DataSource has replicas, and therefore pools of two roles. */
export function isReplicated(dataSource: DataSource): boolean {
  return (dataSource.options as { replication?: unknown }).replication !== undefined;
}

function readPg({ master, slaves = [] }: Driver): PoolReading[] {
  const reading = (role: PoolRole, { totalCount = NaN, idleCount = NaN, waitingCount = NaN, options }: PgPool) => ({
    role,
    active: totalCount - idleCount,
    idle: idleCount,
    max: options?.max ?? NaN,
    pending: waitingCount,
  });
  return [...(master ? [reading('primary', master)] : []), ...slaves.map((pool) => reading('replica', pool))];
}

function readMysql({ pool, poolCluster }: Driver): PoolReading[] {
  const reading = (role: PoolRole, { _allConnections, _freeConnections, _connectionQueue, config }: MysqlPool = {}) => {
    const idle = _freeConnections?.length ?? NaN;
    const max = config?.connectionLimit ?? NaN;
    return {
      role,
      active: (_allConnections?.length ?? NaN) - idle,
      idle,
      max: max === 0 ? Infinity : max, // 0 means unlimited.
      pending: _connectionQueue?.length ?? NaN,
    };
  };
  const nodes = Object.entries(poolCluster?._nodes ?? {});
  return [
    ...(pool ? [reading('primary', pool)] : []),
    ...nodes.map(([name, node]) => reading(name === 'MASTER' ? 'primary' : 'replica', node.pool)),
  ];
}
