import { okAsync } from 'neverthrow';
import type { IdempotencyClaim, IdempotencyKeys } from '../../src/application/shared/idempotency-keys';

export function inMemoryIdempotencyKeys(keys: Map<string, IdempotencyClaim>): IdempotencyKeys {
  return {
    claim(claim) {
      const id = JSON.stringify([claim.customerId, claim.key]);
      const held = keys.get(id);
      if (!held || held.expiresAt <= claim.now) {
        keys.set(id, claim);
        return okAsync({ kind: 'claimed' });
      }
      return okAsync(
        held.fingerprint === claim.fingerprint
          ? { kind: 'repeated', resourceId: held.resourceId }
          : { kind: 'reused-for-another-request' },
      );
    },
  };
}
