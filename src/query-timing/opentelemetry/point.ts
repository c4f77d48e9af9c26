import type { Attributes } from '@opentelemetry/api';
import { toJson } from '../globals';

/** One series of a metric, with its counts since `start`. */
export interface Point {
  readonly attributes: Attributes;
  /** Milliseconds since 1970. */
  start: number;
  /**
   * Of a histogram: the count of each bucket, and then the sum. Of others: the value alone. Points of one series are added
   * and subtracted number by number.
   */
  readonly values: number[];
}

/** The points of one metric by their attributes: those with the same attributes are added up. */
export class Points {
  private readonly byKey = new Map<string, Point>();

  add(attributes: Attributes, start: number, values: readonly number[]): void {
    const key = keyOf(attributes);
    const present = this.byKey.get(key);
    if (present === undefined) {
      this.byKey.set(key, { attributes, start, values: [...values] });
      return;
    }
    present.start = Math.min(present.start, start);
    values.forEach((value, i) => (present.values[i]! += value));
  }

  get all(): Iterable<[key: string, point: Point]> {
    return this.byKey;
  }
}

function keyOf(attributes: Attributes): string {
  return toJson(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
