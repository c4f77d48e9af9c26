import type { DataSource } from 'typeorm';
import { hasReadablePool } from './pool-reader';
import { TransactionProbe } from './transaction-probe';

/** TypeORM drivers that send no query events. */
const WITHOUT_EVENTS = new Set(['aurora-mysql', 'aurora-postgres', 'capacitor', 'nativescript', 'mongodb']);
const WITHOUT_POOL = new Set(['sqlite', 'better-sqlite3', 'sqljs', 'cordova', 'expo', 'react-native']);

/** False for drivers that use one connection for everything. */
export function hasPool(dataSource: DataSource): boolean {
  return !WITHOUT_POOL.has(dataSource.options.type);
}

/** A log message that says what cannot be observed on this driver; undefined if everything can. */
export function unavailableOn(dataSource: DataSource): string | undefined {
  const { type } = dataSource.options;
  if (WITHOUT_EVENTS.has(type) || (type === 'better-sqlite3' && isWithoutEvents(dataSource))) {
    return `The TypeORM driver "${type}" sends no query events, so queries cannot be timed.`;
  }
  const missing = [
    ...(hasReadablePool(dataSource) || !hasPool(dataSource) ? [] : ['pool metrics']),
    ...(TransactionProbe.supports(type) ? [] : ['transaction metrics']),
  ];
  return missing.length === 0 ? undefined : `Not available on the TypeORM driver "${type}": ${missing.join(' and ')}.`;
}

/**
 * TypeORM 0.3.20: later versions name the event in this method. Only 0.3 is looked at, whose DataSources have a name, because
 * another library may have wrapped the method.
 */
function isWithoutEvents(dataSource: DataSource): boolean {
  if (!('name' in dataSource)) return false;
  const { query } = dataSource.driver.createQueryRunner('master') as { query: unknown };
  return !String(query).includes('BeforeQueryEvent');
}
