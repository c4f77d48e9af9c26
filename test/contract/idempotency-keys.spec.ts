import type { IdempotencyClaim } from '../../src/application/shared/idempotency-keys';
import { TypeOrmIdempotencyKeys } from '../../src/infrastructure/database/idempotency/typeorm-idempotency-keys';
import { inMemoryIdempotencyKeys } from '../support/in-memory-idempotency-keys';
import { InMemoryTransactions } from '../support/in-memory-transactions';
import { transactionsOnPostgres } from '../support/transactions-on-postgres';
import { describeIdempotencyContract } from './idempotency-keys.contract';

describeIdempotencyContract('in memory', () =>
  Promise.resolve(
    new InMemoryTransactions({ keys: new Map<string, IdempotencyClaim>() }, ({ keys }) => ({
      idempotencyKeys: inMemoryIdempotencyKeys(keys),
    })),
  ),
);

describe('TypeORM on PostgreSQL', () => {
  const open = transactionsOnPostgres();
  describeIdempotencyContract('PostgreSQL', async () => {
    const transactions = await open();
    return {
      run: (work) => transactions.run((manager) => work({ idempotencyKeys: new TypeOrmIdempotencyKeys(manager) })),
    };
  });
});
