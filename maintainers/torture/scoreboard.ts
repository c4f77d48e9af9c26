import type { Figure, Outcome } from './figure';

/** A figure that was run, with its control. */
export interface Line {
  readonly figure: Figure;
  readonly outcome: Outcome;
  readonly control: Outcome;
  readonly seconds: number;
}

/** What is wrong; times and sizes decide in a whole run only. */
export const mistakesIn = ({ wrong, beyond = [] }: Outcome, short: boolean): string[] => [
  ...wrong,
  ...(short ? [] : beyond),
];

/** Why a figure misses its target, one line each; empty if it does not. */
export function missesOf({ outcome, control }: Pick<Line, 'outcome' | 'control'>, short: boolean): string[] {
  const controlFails = mistakesIn(control, short).length > 0;
  return [...mistakesIn(outcome, short), ...(controlFails ? [] : [`the control did not fail: ${control.value}`])];
}

/** As a table of Markdown. */
export function tableOf(lines: readonly Line[], short: boolean): string {
  const head = ['#', 'figure', 'target', 'measured', 'verdict', 'control: the guard that is off, and what happens'];
  const rows = lines.map((line) => {
    const { figure, outcome, control } = line;
    return [
      String(figure.number),
      figure.name,
      figure.target,
      outcome.value,
      verdictOf(line, short),
      `${figure.guard}: ${control.value}`,
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const printed = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [printed(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(printed)].join(
    '\n',
  );
}

function verdictOf(line: Line, short: boolean): string {
  if (missesOf(line, short).length > 0) return 'missed';
  return line.outcome.whole ? 'met' : 'met so far';
}

export const jsonOf = (lines: readonly Line[], short: boolean): string =>
  `${JSON.stringify(
    lines.map((line) => ({
      number: line.figure.number,
      name: line.figure.name,
      target: line.figure.target,
      guard: line.figure.guard,
      verdict: verdictOf(line, short),
      misses: missesOf(line, short),
      seconds: line.seconds,
      outcome: line.outcome,
      control: line.control,
    })),
    undefined,
    2,
  )}\n`;
