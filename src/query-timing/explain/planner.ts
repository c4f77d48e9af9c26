import type { DataSource } from 'typeorm';
import type { Planner } from './plan-request';
import { PostgresPlanner } from './postgres/postgres-planner';

/** Undefined on drivers without one. */
export function plannerFor(dataSource: DataSource, timeoutMs: number): Planner | undefined {
  return dataSource.options.type === 'postgres' ? new PostgresPlanner(dataSource, timeoutMs) : undefined;
}
