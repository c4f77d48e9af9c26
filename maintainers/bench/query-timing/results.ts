import { estimate, ratio } from './measure';

/** One line of a table. */
export interface Row {
  readonly table: string;
  readonly name: string;
  readonly unit: 'ns' | 'ms';
  /** One figure per batch. */
  readonly samples: readonly number[];
}

/** A guaranteed limit and its measurement, as a multiple of `reference` if there is one. */
export interface Bar {
  readonly guarantee: string;
  readonly limit: number;
  readonly samples: readonly number[];
  /** From the same batches. */
  readonly reference?: readonly number[];
}

export interface Results {
  readonly rows: Row[];
  readonly bars: Bar[];
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

/** Combines the measurements of several processes. */
export function pooled([first, ...others]: readonly [Results, ...Results[]]): Results {
  return {
    rows: first.rows.map((row, i) => ({ ...row, samples: [first, ...others].flatMap(({ rows }) => rows[i]!.samples) })),
    bars: first.bars.map((bar, i) => {
      const same = [first, ...others].map(({ bars }) => bars[i]!);
      const samples = same.flatMap((each) => each.samples);
      return { ...bar, samples, ...(bar.reference && { reference: same.flatMap((each) => each.reference ?? []) }) };
    }),
  };
}

/** The same with estimates in place of the samples. */
export function estimated({ rows, bars }: Results) {
  return {
    rows: rows.map(({ samples, ...row }) => ({ ...row, value: estimate(samples) })),
    bars: bars.map(({ samples, reference, ...bar }) => ({
      ...bar,
      value: reference ? ratio(samples, reference) : estimate(samples),
    })),
  };
}

const figure = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Prints tables and limits. True when all limits are met. */
export function report({ rows, bars }: ReturnType<typeof estimated>): boolean {
  let table = '';
  for (const row of rows) {
    if (row.table !== table) console.log(`\n${(table = row.table)}`);
    const interval = `${figure(row.value.low)} – ${figure(row.value.high)}`;
    console.log(`  ${row.name.padEnd(52)} ${figure(row.value.value).padStart(8)}   ${interval}`);
  }
  console.log('\nlimits');
  for (const { guarantee, limit, value } of bars) {
    const verdict = value.value <= limit ? 'ok    ' : 'MISSED';
    const interval = `${figure(value.low)} – ${figure(value.high)}`;
    console.log(`  ${verdict} ${guarantee.padEnd(66)} ${figure(value.value).padStart(6)} <= ${limit}   ${interval}`);
  }
  return bars.every(({ limit, value }) => value.value <= limit);
}
