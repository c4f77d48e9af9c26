import type { DataSource } from 'typeorm';
import type { DomainEvent } from '../../src/domain/shared/domain-event';
import { createDataSource } from '../../src/infrastructure/database/data-source';
import { TransactionRunner } from '../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from './configuration';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database';

export interface PostgresDatabase {
  readonly dataSource: DataSource;
  readonly transactions: TransactionRunner;
}

/** For the tests of one block. @returns a function that opens a new database, which is dropped after the last test */
export function databaseOnPostgres(): () => Promise<PostgresDatabase> {
  let database: ScratchDatabase;
  let dataSource: DataSource;
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  return async () => {
    database = await createScratchDatabase();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    const transactions = new TransactionRunner(dataSource, { retried: () => undefined, exhausted: () => undefined });
    return { dataSource, transactions };
  };
}

/** The same, where only transactions are needed. */
export function transactionsOnPostgres(): () => Promise<TransactionRunner> {
  const open = databaseOnPostgres();
  return async () => (await open()).transactions;
}

/** The events of committed transactions that no relay has sent, in order. */
export async function storedEvents(
  dataSource: DataSource,
): Promise<Pick<DomainEvent, 'type' | 'aggregate' | 'data'>[]> {
  return dataSource.query(`
    SELECT type, json_build_object('type', aggregate_type, 'id', aggregate_id) AS aggregate, data
      FROM outbox_events ORDER BY position`);
}
