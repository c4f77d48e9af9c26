import { durationAt } from './duration-digest';

/** Four steps per octave, from 2^-16 s (15 µs) to 2^8 s (four minutes): the error is at most thirteen per cent. */
const OCTAVES = 24;
const STEPS = 4;
const CELLS = OCTAVES * STEPS;
/** Cells of {@link durationCell} per cell, and the first of them. */
const FINE_BITS = 2;
const FIRST = 4 * STEPS;
const LOWEST_EXPONENT = -16;
const FULL = 0xffff;

/** Percentiles of the durations of many statements, in 192 bytes each. */
export class CoarseDigest {
  private cells = new Uint16Array(0);

  resize(rows: number): void {
    const { cells } = this;
    this.cells = new Uint16Array(rows * CELLS);
    this.cells.set(cells);
  }

  /** @param fineCell of the duration, see {@link durationCell} */
  add(row: number, fineCell: number): void {
    let cell = (fineCell >> FINE_BITS) - FIRST;
    if (cell < 0) cell = 0;
    else if (cell >= CELLS) cell = CELLS - 1;
    const at = row * CELLS + cell;
    if ((this.cells[at]! += 1) === FULL) this.halve(row);
  }

  /** In seconds; 0 for an empty row. */
  percentile(row: number, share: number): number {
    return durationAt(this.cellsOf(row), share, middleOf);
  }

  /** @param shares from 0 to 1 */
  percentiles(row: number, shares: readonly number[]): number[] {
    const cells = this.cellsOf(row);
    return shares.map((share) => durationAt(cells, share, middleOf));
  }

  /** One digit per octave, from the shortest durations on: its part of the fullest one in ninths, 0 only if it is empty. */
  shape(row: number): string {
    const cells = this.cellsOf(row);
    const octaves = Array.from({ length: OCTAVES }, (_, octave) => {
      let calls = 0;
      for (let step = 0; step < STEPS; step++) calls += cells[octave * STEPS + step]!;
      return calls;
    });
    const most = Math.max(1, ...octaves);
    return octaves.map((calls) => Math.ceil((9 * calls) / most)).join('');
  }

  clear(row?: number): void {
    (row === undefined ? this.cells : this.cellsOf(row)).fill(0);
  }

  /** The shape stays; later durations weigh more. */
  private halve(row: number): void {
    const cells = this.cellsOf(row);
    for (let cell = 0; cell < CELLS; cell++) cells[cell]! >>>= 1;
  }

  private cellsOf(row: number): Uint16Array {
    return this.cells.subarray(row * CELLS, (row + 1) * CELLS);
  }
}

function middleOf(cell: number): number {
  const octave = 2 ** (LOWEST_EXPONENT + Math.floor(cell / STEPS));
  return octave * (1 + ((cell % STEPS) + 0.5) / STEPS);
}
