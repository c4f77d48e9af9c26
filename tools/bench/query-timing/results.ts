import type { Estimate } from './measure';

/** One line of a table. */
export interface Row {
  readonly table: string;
  readonly name: string;
  readonly unit: 'ns' | 'ms';
  readonly value: Estimate;
}

/** Something promised, and what was measured of it. */
export interface Bar {
  readonly promise: string;
  readonly limit: number;
  readonly value: Estimate;
}

export interface Results {
  readonly rows: Row[];
  readonly bars: Bar[];
}

export const LONG = process.argv.includes('--long');

/** @param short seconds in the short version; the long one takes four times as long */
export function budget(short: number): number {
  return LONG ? 4 * short : short;
}

const MARK = 'results of this part: ';

/** Runs a part of the benchmark as a process and hands its results to the one that started it. */
export function runPart(part: (results: Results) => Promise<void>): void {
  const results: Results = { rows: [], bars: [] };
  void part(results).then(() => process.stdout.write(`\n${MARK}${JSON.stringify(results)}\n`));
}

/** @throws Error when the output has no results */
export function resultsIn(output: string): Results {
  const line = output.split('\n').find((each) => each.startsWith(MARK));
  if (!line) throw new Error('A part of the benchmark has failed.');
  return JSON.parse(line.slice(MARK.length)) as Results;
}

const figure = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Prints tables and bars. True when every bar is kept. */
export function report({ rows, bars }: Results): boolean {
  let table = '';
  for (const row of rows) {
    if (row.table !== table) console.log(`\n${(table = row.table)}`);
    const interval = `${figure(row.value.low)} – ${figure(row.value.high)}`;
    console.log(`  ${row.name.padEnd(52)} ${figure(row.value.value).padStart(8)}   ${interval}`);
  }
  console.log('\nbars');
  for (const { promise, limit, value } of bars) {
    const verdict = value.value <= limit ? 'ok    ' : 'MISSED';
    const interval = `${figure(value.low)} – ${figure(value.high)}`;
    console.log(`  ${verdict} ${promise.padEnd(66)} ${figure(value.value).padStart(6)} <= ${limit}   ${interval}`);
  }
  return bars.every(({ limit, value }) => value.value <= limit);
}
