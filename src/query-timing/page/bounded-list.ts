/** The last entries of a growing list, each with its number. */
export class BoundedList<T> {
  private entries: (T & { readonly id: number })[] = [];
  private last = 0;

  constructor(private readonly limit: number) {}

  add(entry: T): void {
    if (this.entries.length === this.limit) this.entries.shift();
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
