import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/infrastructure/database/data-source';
import { TransactionRunner } from '../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from './configuration';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database';

/** For the tests of one block. @returns a function that opens a new database, which is dropped after the last test */
export function transactionsOnPostgres(): () => Promise<TransactionRunner> {
  let database: ScratchDatabase;
  let dataSource: DataSource;
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  return async () => {
    database = await createScratchDatabase();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    return new TransactionRunner(dataSource, { retried: () => undefined, exhausted: () => undefined });
  };
}
