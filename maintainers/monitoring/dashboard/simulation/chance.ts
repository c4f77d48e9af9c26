/** Repeatable chance: the same seed gives the same pictures. */
export class Chance {
  constructor(private state: number) {}

  /** From 0 to 1, by mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** The value, give or take a part of it. */
  about(value: number, part = 0.08): number {
    return value * (1 + part * (this.next() + this.next() + this.next() - 1.5));
  }
}
