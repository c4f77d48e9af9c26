import { randomUUID } from 'node:crypto';
import { err } from 'neverthrow';
import type { IdempotencyKeys } from '../../src/application/shared/idempotency-keys';
import type { UnitOfWork } from '../../src/application/shared/unit-of-work';

export interface KeysTransaction {
  readonly idempotencyKeys: IdempotencyKeys;
}

/** What every adapter of the idempotency keys guarantees, on a database or in memory. */
export function describeIdempotencyContract(name: string, open: () => Promise<UnitOfWork<KeysTransaction>>): void {
  describe(`${name}: an idempotency key`, () => {
    let unitOfWork: UnitOfWork<KeysTransaction>;
    beforeAll(async () => {
      unitOfWork = await open();
    });

    const claim = (more: object = {}) => ({
      customerId: 'alice',
      key: randomUUID(),
      fingerprint: 'one tea',
      resourceId: randomUUID(),
      now: new Date('2026-01-01T00:00:00Z'),
      expiresAt: new Date('2026-01-02T00:00:00Z'),
      ...more,
    });
    const claimed = async (request: ReturnType<typeof claim>) =>
      (await unitOfWork.run(({ idempotencyKeys }) => idempotencyKeys.claim(request)))._unsafeUnwrap();

    it('belongs to its first request, and recognises it when it is repeated', async () => {
      const first = claim();
      expect(await claimed(first)).toEqual({ kind: 'claimed' });
      const again = { ...first, resourceId: randomUUID() };
      expect(await claimed(again)).toEqual({ kind: 'repeated', resourceId: first.resourceId });
    });

    it('is refused for another request', async () => {
      const first = claim();
      await claimed(first);
      const other = { ...first, resourceId: randomUUID(), fingerprint: 'two teas' };
      expect(await claimed(other)).toEqual({ kind: 'reused-for-another-request' });
    });

    it('is separate for each customer', async () => {
      const first = claim();
      await claimed(first);
      const other = { ...first, customerId: 'bob', resourceId: randomUUID() };
      expect(await claimed(other)).toEqual({ kind: 'claimed' });
    });

    it('can be claimed again as soon as it expires', async () => {
      const first = claim();
      await claimed(first);
      const later = { ...first, resourceId: randomUUID(), fingerprint: 'two teas' };
      expect(await claimed({ ...later, now: new Date(first.expiresAt.getTime() - 1) })).not.toEqual({
        kind: 'claimed',
      });
      const afterwards = { ...later, now: first.expiresAt, expiresAt: new Date('2026-01-03T00:00:00Z') };
      expect(await claimed(afterwards)).toEqual({ kind: 'claimed' });
      expect(await claimed({ ...afterwards, resourceId: randomUUID() })).toEqual({
        kind: 'repeated',
        resourceId: later.resourceId,
      });
    });

    it('keeps the expiry of its first request, however often it is repeated', async () => {
      const first = claim();
      await claimed(first);
      const again = { ...first, resourceId: randomUUID(), expiresAt: new Date('2026-01-03T00:00:00Z') };
      expect(await claimed(again)).toEqual({ kind: 'repeated', resourceId: first.resourceId });
      expect(await claimed({ ...again, now: first.expiresAt })).toEqual({ kind: 'claimed' });
    });

    it('can still be claimed after a refused request', async () => {
      const first = claim();
      const refused = await unitOfWork.run(({ idempotencyKeys }) =>
        idempotencyKeys.claim(first).andThen(() => err({ kind: 'refused' as const })),
      );
      expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'refused' });
      expect(await claimed({ ...first, resourceId: randomUUID() })).toEqual({ kind: 'claimed' });
    });
  });
}
