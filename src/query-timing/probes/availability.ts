import type { DataSource } from 'typeorm';
import { poolReaderOf } from './pool-reading';
import { TransactionProbe } from './transaction-probe';

/** Drivers of TypeORM that send no events for their queries. */
const WITHOUT_EVENTS = new Set(['aurora-mysql', 'aurora-postgres', 'capacitor', 'nativescript', 'mongodb']);
const WITHOUT_POOL = new Set(['sqlite', 'better-sqlite3', 'sqljs', 'cordova', 'expo', 'react-native']);

/** What cannot be seen on this driver, in a sentence for the log; undefined when everything can. */
export function unavailableOn(dataSource: DataSource): string | undefined {
  const { type } = dataSource.options;
  if (WITHOUT_EVENTS.has(type) || (type === 'better-sqlite3' && isBefore1(dataSource))) {
    return `The TypeORM driver "${type}" sends no events for queries: they cannot be timed here.`;
  }
  const missing = [
    ...(poolReaderOf(dataSource) || WITHOUT_POOL.has(type) ? [] : ['the connections of the pool']),
    ...(TransactionProbe.supports(type) ? [] : ['transactions']),
  ];
  return missing.length === 0 ? undefined : `Not available on the TypeORM driver "${type}": ${missing.join(' and ')}.`;
}

/** TypeORM 1.0 took the name off the DataSource. */
function isBefore1(dataSource: DataSource): boolean {
  return 'name' in dataSource;
}
