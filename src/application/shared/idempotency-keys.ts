import type { ResultAsync } from 'neverthrow';

export interface IdempotencyClaim {
  /** Each customer has a separate set of keys. */
  readonly customerId: string;
  readonly key: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
  /** Id of the resource that the request is about to create. */
  readonly resourceId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'repeated'; readonly resourceId: string }
  | { readonly kind: 'reused-for-another-request' };

export type IdempotencyKeyReused = { readonly kind: 'idempotency-key-reused'; readonly idempotencyKey: string };

/** How long an idempotency key is kept. */
export abstract class IdempotencyRetention {
  abstract readonly milliseconds: number;
}

/** Port: which requests have already been processed, inside the transaction that processes them. */
export interface IdempotencyKeys {
  /**
   * The first request to claim a key owns it until it expires, if its transaction commits. A concurrent claim waits for
   * that outcome.
   */
  claim(claim: IdempotencyClaim): ResultAsync<ClaimOutcome, never>;
}
