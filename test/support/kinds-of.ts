import type { Result } from 'neverthrow';

/** The number of refused outcomes, by kind. */
export function kindsOf(outcomes: readonly Result<unknown, { kind: string }>[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const outcome of outcomes) {
    if (outcome.isErr()) kinds[outcome.error.kind] = (kinds[outcome.error.kind] ?? 0) + 1;
  }
  return kinds;
}
