import type { ErrorEvent, SlowEvent } from './messages';

/** The index of the first entry of the most frequent kind, and of the first of such kinds. */
export function leastMissed(kinds: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return kinds.findIndex((kind) => counts.get(kind) === most);
}

/** The statement, and how it failed. */
export const kindOfEvent = (event: Omit<SlowEvent, 'id'> | Omit<ErrorEvent, 'id'>): string =>
  `${event.statement} ${'errorClass' in event ? event.errorClass : ''}`;
