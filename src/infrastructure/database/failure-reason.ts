import { tlsFailureOf } from './tls-failure';

/** Why a connection has failed, in one line. */
export function reasonOfFailure(error: unknown): string {
  // A name with several addresses: none of them could be reached.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const reason = tlsFailureOf(first) ?? (first as { message?: string }).message ?? String(first);
  return reason.replace(/\s+/g, ' ').trim();
}
