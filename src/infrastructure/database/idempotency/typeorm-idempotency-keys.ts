import { hash } from 'node:crypto';
import { ok, ResultAsync } from 'neverthrow';
import type { EntityManager } from 'typeorm';
import type { ClaimOutcome, IdempotencyClaim, IdempotencyKeys } from '../../../application/shared/idempotency-keys';
import { statement } from '../statement';

interface KeyRow {
  resource_id: string;
  same_request: boolean;
}

/**
 * One atomic statement: the insert waits for the transaction that holds the key, takes over an expired key, and returns the
 * resulting row in either case. A key has expired when the clocks of the service and of the database say so: where one of them is
 * ahead, a request that is sent again would be processed twice.
 */
const claimKey = `
  INSERT INTO idempotency_keys AS held (customer_id, key, request_hash, resource_id, expires_at)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE SET
    request_hash = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.request_hash ELSE held.request_hash END,
    resource_id = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.resource_id ELSE held.resource_id END,
    expires_at = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.expires_at ELSE held.expires_at END
  RETURNING resource_id, request_hash = $3 AS same_request`;

export class TypeOrmIdempotencyKeys implements IdempotencyKeys {
  constructor(private readonly manager: EntityManager) {}

  claim(claim: IdempotencyClaim): ResultAsync<ClaimOutcome, never> {
    const { customerId, key, fingerprint, resourceId, now, expiresAt } = claim;
    const requestHash = hash('sha256', fingerprint, 'buffer');
    const parameters = [customerId, key, requestHash, resourceId, expiresAt, now];
    const claimed = statement<KeyRow[]>(this.manager, claimKey, parameters);
    return new ResultAsync(claimed.then(([row]) => ok(outcomeOf(row, resourceId))));
  }
}

function outcomeOf(row: KeyRow | undefined, resourceId: string): ClaimOutcome {
  if (!row) throw new Error('The claim of an idempotency key returned no row.');
  if (row.resource_id === resourceId) return { kind: 'claimed' };
  return row.same_request ? { kind: 'repeated', resourceId: row.resource_id } : { kind: 'reused-for-another-request' };
}
