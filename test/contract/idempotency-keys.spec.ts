import { randomUUID } from 'node:crypto';
import type { IdempotencyClaim } from '../../src/application/shared/idempotency-keys';
import { TypeOrmIdempotencyKeys } from '../../src/infrastructure/database/idempotency/typeorm-idempotency-keys';
import { inMemoryIdempotencyKeys } from '../support/in-memory-idempotency-keys';
import { InMemoryTransactions } from '../support/in-memory-transactions';
import { transactionsOnPostgres } from '../support/transactions-on-postgres';
import { describeIdempotencyContract } from './idempotency-keys.contract';

const HOUR_MS = 3_600_000;

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

describe('an idempotency key on PostgreSQL', () => {
  const open = transactionsOnPostgres();
  it('does not expire too early where the clock of the service is ahead', async () => {
    const transactions = await open();
    const now = new Date();
    const claim = (at: Date, resourceId: string) =>
      transactions.run((manager) =>
        new TypeOrmIdempotencyKeys(manager).claim({
          ...{ customerId: 'alice', key: 'ahead', fingerprint: 'one tea', resourceId, now: at },
          expiresAt: new Date(at.getTime() + HOUR_MS),
        }),
      );
    const [first, second] = [randomUUID(), randomUUID()];
    expect((await claim(now, first))._unsafeUnwrap()).toEqual({ kind: 'claimed' });
    const ahead = new Date(now.getTime() + 2 * HOUR_MS);
    expect((await claim(ahead, second))._unsafeUnwrap()).toEqual({ kind: 'repeated', resourceId: first });
  });
});
