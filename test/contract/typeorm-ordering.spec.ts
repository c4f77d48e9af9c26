import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/infrastructure/database/data-source';
import { TypeOrmOrderingUnitOfWork } from '../../src/infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { TransactionRunner } from '../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from '../support/configuration';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { describeOrderingContract } from './ordering.contract';

describe('TypeORM on PostgreSQL', () => {
  let database: ScratchDatabase;
  let dataSource: DataSource;
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  describeOrderingContract('PostgreSQL', async () => {
    database = await createScratchDatabase();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    const observer = { retried: () => undefined, exhausted: () => undefined };
    return new TypeOrmOrderingUnitOfWork(new TransactionRunner(dataSource, observer));
  });
});
