import type { IdempotencyClaim } from '../../../src/application/shared/idempotency-keys';
import { anIdempotency } from '../../support/fake-system';
import { inMemoryIdempotencyKeys } from '../../support/in-memory-idempotency-keys';
import { kindsOf } from '../../support/kinds-of';

describe('the id of what a request creates', () => {
  const idempotency = anIdempotency();
  const keys = inMemoryIdempotencyKeys(new Map<string, IdempotencyClaim>());
  const claimId = (idempotencyKey: string | undefined, request: readonly unknown[] = ['create', 1]) =>
    idempotency.claimId(keys, { customerId: 'alice', idempotencyKey, request });

  it('is new for a new key, and the same when the request is repeated', async () => {
    const first = (await claimId('a-key'))._unsafeUnwrap();
    expect(first.repeated).toBe(false);
    expect((await claimId('a-key'))._unsafeUnwrap()).toEqual({ id: first.id, repeated: true });
    expect((await claimId('another-key'))._unsafeUnwrap().id).not.toBe(first.id);
  });

  it('is new for each request without a key', async () => {
    const ids = [await claimId(undefined), await claimId(undefined)].map((claim) => claim._unsafeUnwrap());
    expect(ids).toEqual([
      { id: expect.any(String), repeated: false },
      { id: expect.any(String), repeated: false },
    ]);
    expect(ids[0]!.id).not.toBe(ids[1]!.id);
  });

  it('is refused for a different request with the same key', async () => {
    await claimId('key-of-one').unwrapOr(undefined);
    expect(kindsOf([await claimId('key-of-one', ['create', 2])])).toEqual({ 'idempotency-key-reused': 1 });
  });
});
