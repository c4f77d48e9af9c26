const NO_VALUE = /^(?:null|default)$/i;

/** What stands for a literal. */
export const LITERAL = '?';

/**
 * The normalised text while it is made, in parts. Repetitions are taken back, so it stays short however long the statement
 * is.
 */
export class NormalizedText {
  private readonly parts: string[] = [];
  /** 1 for literals and placeholders, which are equal when parts are compared; otherwise 0. */
  private readonly isValue: number[] = [];
  /** The same with NULL and DEFAULT: among equal elements, one may have it where another has a value. */
  private readonly isComparedAsValue: boolean[] = [];
  /** Characters of all parts. */
  characters = 0;
  /** True if placeholders were dropped, so that the others have gaps between their numbers. */
  hasGaps = false;

  get length(): number {
    return this.parts.length;
  }

  get last(): string | undefined {
    return this.parts[this.parts.length - 1];
  }

  push(text: string, isValue = false): void {
    this.parts.push(text);
    this.isValue.push(isValue ? 1 : 0);
    this.isComparedAsValue.push(isValue || NO_VALUE.test(text));
    this.characters += text.length;
  }

  /** Shows a name where a literal was written for safety. */
  replace(index: number, text: string): void {
    if (index >= this.parts.length) return;
    this.characters += text.length - this.parts[index]!.length;
    this.parts[index] = text;
    this.isValue[index] = 0;
    this.isComparedAsValue[index] = false;
  }

  /** In a list of values, NULL and DEFAULT are values. */
  makeValue(index: number): void {
    this.characters += LITERAL.length - this.parts[index]!.length;
    this.parts[index] = LITERAL;
    this.isValue[index] = 1;
  }

  at(index: number): string {
    return this.parts[index]!;
  }

  /** Whether the parts from `start` equal those from `previous` apart from values, and have a value. */
  repeats(previous: number, start: number, length: number): boolean {
    let hasValue = false;
    for (let k = 0; k < length; k++) {
      const isValue = this.isComparedAsValue[start + k]!;
      if (isValue !== this.isComparedAsValue[previous + k]) return false;
      if (!isValue && this.parts[start + k] !== this.parts[previous + k]) return false;
      hasValue ||= isValue;
    }
    return hasValue;
  }

  truncate(length: number): void {
    for (let k = length; k < this.parts.length; k++) {
      this.characters -= this.parts[k]!.length;
      if (this.isValue[k] === 1 && this.parts[k] !== LITERAL) this.hasGaps = true;
    }
    this.parts.length = this.isValue.length = this.isComparedAsValue.length = length;
  }

  toString(): string {
    if (this.hasGaps) this.closeGaps();
    return this.parts.join('');
  }

  /**
   * After `IN ($1, $2, $3)`, the next placeholder is `$4` or `$9`, depending on the list: the numbers are closed up, as if
   * each list had one element.
   */
  private closeGaps(): void {
    const numbers = new Map<string, Set<number>>();
    const numbered = this.parts.map((part, i) => (this.isValue[i] === 1 ? NUMBERED.exec(part) : null));
    for (const match of numbered) {
      if (match) numbers.set(match[1]!, (numbers.get(match[1]!) ?? new Set()).add(Number(match[2])));
    }
    const ranks = new Map(
      [...numbers].map(([prefix, used]) => {
        const sorted = [...used].sort((a, b) => a - b);
        return [prefix, new Map(sorted.map((number, rank) => [number, sorted[0]! + rank]))];
      }),
    );
    numbered.forEach((match, i) => {
      if (match) this.parts[i] = `${match[1]}${ranks.get(match[1]!)!.get(Number(match[2]))}`;
    });
  }
}

const NUMBERED = /^(\D+|.*\D)(\d+)$/s;

/** Consecutive elements of a list or chain: one that repeats the previous one is dropped. */
export class Run {
  private previousStart = -1;
  private previousEnd = -1;

  constructor(private start: number) {}

  /** Starts an element that is not compared with the ones before. */
  restart(start: number): void {
    this.start = start;
    this.previousStart = -1;
  }

  /** Starts the next element. */
  next(start: number): void {
    this.start = start;
  }

  /** Ends the element, and drops it if it repeats the previous one. */
  close(output: NormalizedText): void {
    const { previousStart, previousEnd } = this;
    const start = this.first(output);
    const length = output.length - start;
    if (
      previousStart >= 0 &&
      length > 0 &&
      previousEnd - previousStart === length &&
      output.repeats(previousStart, start, length)
    ) {
      output.truncate(previousEnd);
    } else {
      this.previousStart = start;
      this.previousEnd = output.length;
    }
  }

  /** Ends an element of a list of values. */
  closeListed(output: NormalizedText): void {
    const start = this.first(output);
    if (output.length - start === 1 && NO_VALUE.test(output.at(start))) output.makeValue(start);
    this.close(output);
  }

  /** Whether the element has one part until now. */
  isSingle(output: NormalizedText): boolean {
    return output.length - this.first(output) === 1;
  }

  /** Without the space in front of the element. */
  private first(output: NormalizedText): number {
    return output.length > this.start && output.at(this.start) === ' ' ? this.start + 1 : this.start;
  }
}
