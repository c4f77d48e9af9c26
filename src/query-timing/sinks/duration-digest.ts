/** Sixteen steps per octave: the error of a percentile is at most three per cent. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;
/** From 2^-20 s, about a microsecond, to 2^12 s, over an hour. Durations outside count in the first or last cell. */
const LOWEST_EXPONENT = -20;
const OCTAVES = 32;
const CELLS = OCTAVES * STEPS;

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
const HIGH_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const EXPONENT_BIAS = 1023;
const FIRST_CELL = (LOWEST_EXPONENT + EXPONENT_BIAS) << STEP_BITS;

/** Percentiles of durations for several rows, in fixed memory: a duration's cell is its binary exponent and top mantissa bits. */
export class DurationDigest {
  private readonly cells: Uint32Array;

  constructor(private readonly rows: number) {
    this.cells = new Uint32Array(rows * CELLS);
  }

  add(row: number, seconds: number): void {
    number[0] = seconds;
    let cell = (halves[HIGH_HALF]! >>> (20 - STEP_BITS)) - FIRST_CELL;
    if (cell < 0) cell = 0;
    else if (cell >= CELLS) cell = CELLS - 1;
    this.cells[row * CELLS + cell]! += 1;
  }

  count(row: number): number {
    return this.cellsOf(row).reduce((sum, cell) => sum + cell, 0);
  }

  /**
   * Percentiles of a row, in seconds; all 0 for an empty row.
   * @param shares from 0 to 1, ascending
   */
  percentiles(row: number, shares: readonly number[]): number[] {
    const cells = this.cellsOf(row);
    const count = this.count(row);
    if (count === 0) return shares.map(() => 0);
    let cell = 0;
    let seen = cells[0]!;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * count));
      while (seen < rank) seen += cells[++cell]!;
      return middleOf(cell);
    });
  }

  clear(): void {
    this.cells.fill(0);
  }

  private cellsOf(row: number): Uint32Array {
    return this.cells.subarray(row * CELLS, (row + 1) * CELLS);
  }
}

function middleOf(cell: number): number {
  const octave = 2 ** (LOWEST_EXPONENT + Math.floor(cell / STEPS));
  return octave * (1 + ((cell % STEPS) + 0.5) / STEPS);
}
