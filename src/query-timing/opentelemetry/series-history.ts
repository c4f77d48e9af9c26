import type { Point } from './point';

/** One series as it was at the last collection. */
interface Past {
  readonly start: number;
  readonly end: number;
  readonly values: readonly number[];
}

export interface Interval extends Point {
  readonly end: number;
}

/**
 * Knows the last collection of each series, for differences, and for the start of a series whose counts began again: a
 * total never decreases between a start and an end.
 */
export class SeriesHistory {
  private past = new Map<string, Past>();
  private next = new Map<string, Past>();
  private lastTurn = 0;

  /**
   * A series since it began, or since the last collection.
   *
   * @param key of the series, among all metrics
   * @param now in milliseconds since 1970
   */
  interval(key: string, point: Point, now: number, kind: { delta: boolean; monotonic: boolean }): Interval {
    const past = this.past.get(key);
    const end = Math.max(now, point.start, past?.end ?? 0); // The system clock can step back.
    const restarted = past !== undefined && (point.start > past.start || (kind.monotonic && decreased(past, point)));
    const start = past === undefined ? point.start : restarted ? Math.max(point.start, past.end) : past.start;
    this.next.set(key, { start, end, values: [...point.values] });
    if (!kind.delta || restarted) return { ...point, start, end };
    if (past === undefined) return { ...point, start: Math.max(start, Math.min(end, this.lastTurn)), end };
    return { ...point, values: point.values.map((value, i) => value - past.values[i]!), start: past.end, end };
  }

  /** Ends a collection: series that it has not seen are forgotten. */
  turn(now: number): void {
    this.lastTurn = now;
    this.past = this.next;
    this.next = new Map();
  }
}

function decreased({ values }: Past, point: Point): boolean {
  // Of a histogram, the last one is a sum of fractions.
  const counts = values.length === 1 ? values : values.slice(0, -1);
  return counts.some((value, i) => point.values[i]! < value);
}
