import type { DataSource } from 'typeorm';
import type { IdempotencyClaim } from '../../src/application/shared/idempotency-keys';
import { createDataSource } from '../../src/infrastructure/database/data-source';
import { TypeOrmIdempotencyKeys } from '../../src/infrastructure/database/idempotency/typeorm-idempotency-keys';
import { TransactionRunner } from '../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from '../support/configuration';
import { inMemoryIdempotencyKeys } from '../support/in-memory-idempotency-keys';
import { InMemoryTransactions } from '../support/in-memory-transactions';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { describeIdempotencyContract } from './idempotency-keys.contract';

describeIdempotencyContract('in memory', () =>
  Promise.resolve(
    new InMemoryTransactions({ keys: new Map<string, IdempotencyClaim>() }, ({ keys }) => ({
      idempotencyKeys: inMemoryIdempotencyKeys(keys),
    })),
  ),
);

describe('TypeORM on PostgreSQL', () => {
  let database: ScratchDatabase;
  let dataSource: DataSource;
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  describeIdempotencyContract('PostgreSQL', async () => {
    database = await createScratchDatabase();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    const transactions = new TransactionRunner(dataSource, { retried: () => undefined, exhausted: () => undefined });
    return {
      run: (work) => transactions.run((manager) => work({ idempotencyKeys: new TypeOrmIdempotencyKeys(manager) })),
    };
  });
});
