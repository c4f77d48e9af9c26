/** From 2^-20 s, about a microsecond, to 2^12 s, over an hour. Durations outside count in the first or last cell. */
const LOWEST_EXPONENT = -20;
const OCTAVES = 32;
/** Sixteen steps per octave: the error of a percentile is at most three per cent. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;
export const CELLS = OCTAVES * STEPS;

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
const HIGH_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const EXPONENT_BIAS = 1023;
const FIRST_CELL = (LOWEST_EXPONENT + EXPONENT_BIAS) << STEP_BITS;

/** The cell of a duration: its binary exponent and the top bits of its mantissa. */
export function durationCell(seconds: number): number {
  number[0] = seconds;
  const cell = (halves[HIGH_HALF]! >>> (20 - STEP_BITS)) - FIRST_CELL;
  return cell < 0 ? 0 : cell >= CELLS ? CELLS - 1 : cell;
}

/** Percentiles of durations for several rows, in fixed memory. */
export class DurationDigest {
  private readonly cells: Uint32Array;

  constructor(rows: number) {
    this.cells = new Uint32Array(rows * CELLS);
  }

  /** @param cell of the duration, see {@link durationCell} */
  add(row: number, cell: number): void {
    this.cells[row * CELLS + cell]! += 1;
  }

  count(row: number): number {
    return this.cellsOf(row).reduce((sum, cell) => sum + cell, 0);
  }

  /**
   * Percentiles of several rows together, in seconds; all 0 if they are empty.
   * @param shares from 0 to 1, ascending
   */
  percentiles(rows: readonly number[], shares: readonly number[]): number[] {
    return percentilesOf(this.sumOf(rows), shares);
  }

  /** The counts of several rows together, by cell. */
  sumOf(rows: readonly number[]): Float64Array {
    const cells = new Float64Array(CELLS);
    for (const row of rows) this.cellsOf(row).forEach((count, cell) => (cells[cell]! += count));
    return cells;
  }

  clear(): void {
    this.cells.fill(0);
  }

  private cellsOf(row: number): Uint32Array {
    return this.cells.subarray(row * CELLS, (row + 1) * CELLS);
  }
}

/** Percentiles in seconds of counts by cell; all 0 if there are none. */
export function percentilesOf(cells: ArrayLike<number>, shares: readonly number[]): number[] {
  return shares.map((share) => durationAt(cells, share, middleOf));
}

/** The duration that a share of all counted ones do not exceed; 0 if there are none. */
export function durationAt(cells: ArrayLike<number>, share: number, middle: (cell: number) => number): number {
  let count = 0;
  for (let cell = 0; cell < cells.length; cell++) count += cells[cell]!;
  if (count === 0) return 0;
  let left = Math.max(1, Math.ceil(share * count));
  let cell = -1;
  while (left > 0) left -= cells[++cell]!;
  return middle(cell);
}

function middleOf(cell: number): number {
  const octave = 2 ** (LOWEST_EXPONENT + Math.floor(cell / STEPS));
  return octave * (1 + ((cell % STEPS) + 0.5) / STEPS);
}
