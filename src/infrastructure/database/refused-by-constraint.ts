import { err, ok, ResultAsync } from 'neverthrow';
import { violatedConstraint } from './driver-errors';

/**
 * The result of a statement, or the refusal of the constraint that it violates: a foreign key (23503), a unique constraint or
 * index (23505), a check (23514) or an exclusion (23P01). Rejects with any other error. The transaction is aborted then, so the
 * use case must return the Err without another statement, as `yield*` does.
 *
 * ```ts
 * return refusedByConstraint(manager.insert(InvoiceEntity, row), {
 *   invoices_customer_fkey: { kind: 'unknown-customer', customerId },
 *   invoices_number_key: { kind: 'number-taken', number },
 * });
 * ```
 *
 * @param refusals by the name of the constraint, as the entity and the migration have it
 */
export function refusedByConstraint<T, const E extends { readonly kind: string }>(
  work: Promise<T>,
  refusals: Readonly<Record<string, E>>,
): ResultAsync<T, E> {
  const refused = work.then(
    (value) => ok<T, E>(value),
    (error: unknown) => {
      const constraint = violatedConstraint(error);
      if (constraint !== undefined && Object.hasOwn(refusals, constraint)) return err<T, E>(refusals[constraint]!);
      throw error;
    },
  );
  return new ResultAsync(refused);
}
