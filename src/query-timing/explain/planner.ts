import type { DataSource } from 'typeorm';
import type { Planner } from './plan-request';
import { MySqlPlanner } from './mysql/mysql-planner';
import { PostgresPlanner } from './postgres/postgres-planner';

/** Undefined on drivers without one. */
export function plannerFor(dataSource: DataSource, timeoutMs: number): Planner | undefined {
  const { type } = dataSource.options;
  if (type === 'postgres') return new PostgresPlanner(dataSource, timeoutMs);
  return type === 'mysql' || type === 'mariadb' ? new MySqlPlanner(dataSource, timeoutMs) : undefined;
}
