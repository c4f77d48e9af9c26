import type { ErrorEvent, SlowEvent } from './messages';

/** The last entries of a growing list, each with its number. A flood of one kind does not displace the others. */
export class BoundedList<T> {
  private entries: (T & { readonly id: number })[] = [];
  private last = 0;

  /** @param kindOf equal for entries of the same kind */
  constructor(
    private readonly limit: number,
    private readonly kindOf: (entry: T) => string,
  ) {}

  add(entry: T): void {
    if (this.entries.length === this.limit) this.entries.splice(leastMissed(this.entries, this.kindOf), 1);
    this.entries.push({ ...entry, id: ++this.last });
  }

  /** Those after a number; 0 for all. */
  after(id: number): readonly (T & { readonly id: number })[] {
    return id === this.last ? [] : this.entries.filter((entry) => entry.id > id);
  }

  get lastId(): number {
    return this.last;
  }
}

/** The index of the first entry of the kind with the most entries, and of the first of such kinds. */
export function leastMissed<T>(entries: readonly T[], kindOf: (entry: T) => string): number {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return entries.findIndex((entry) => counts.get(kindOf(entry)) === most);
}

/** The statement, and how it failed. */
export const kindOfEvent = (event: Omit<SlowEvent, 'id'> | Omit<ErrorEvent, 'id'>): string =>
  `${event.statement} ${'errorClass' in event ? event.errorClass : ''}`;
