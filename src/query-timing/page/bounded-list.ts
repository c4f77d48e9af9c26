import { leastMissed } from './least-missed';

/** The last entries of a growing list, each with its number. A flood of one kind does not displace the others. */
export class BoundedList<T> {
  private readonly entries: (T & { readonly id: number })[] = [];
  /** Of each entry. Made once: a flood adds many. */
  private readonly kinds: string[] = [];
  private last = 0;

  /** @param kindOf equal for entries of the same kind */
  constructor(
    private readonly limit: number,
    private readonly kindOf: (entry: T) => string,
  ) {}

  add(entry: T): void {
    if (this.entries.length === this.limit) {
      const index = leastMissed(this.kinds);
      this.entries.splice(index, 1);
      this.kinds.splice(index, 1);
    }
    this.entries.push({ ...entry, id: ++this.last });
    this.kinds.push(this.kindOf(entry));
  }

  /** Those after a number; 0 for all. */
  after(id: number): readonly (T & { readonly id: number })[] {
    return id === this.last ? [] : this.entries.filter((entry) => entry.id > id);
  }

  get lastId(): number {
    return this.last;
  }
}
