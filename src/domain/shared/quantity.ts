import { err, ok, type Result } from 'neverthrow';

export type InvalidQuantity = { readonly kind: 'invalid-quantity'; readonly quantity: number };

/** Small enough that sums stay exact, and more than any warehouse holds. */
export const MAX_QUANTITY = 1_000_000_000;

/** Whole units, from 1 to `MAX_QUANTITY`. */
export function positiveQuantity(quantity: number): Result<number, InvalidQuantity> {
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= MAX_QUANTITY
    ? ok(quantity)
    : err({ kind: 'invalid-quantity', quantity });
}
