import type { ResultAsync } from 'neverthrow';

export interface IdempotencyClaim {
  /** Keys of different customers never meet. */
  readonly customerId: string;
  readonly key: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
  /** What the request is about to make. */
  readonly resourceId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'repeated'; readonly resourceId: string }
  | { readonly kind: 'reused-for-another-request' };

/** Port: which requests were done already, inside the transaction that does them. */
export interface IdempotencyKeys {
  /**
   * The first to claim a key has it until it expires, if its transaction commits; whoever comes at the same moment waits
   * for the outcome.
   */
  claim(claim: IdempotencyClaim): ResultAsync<ClaimOutcome, never>;
}
