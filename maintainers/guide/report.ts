import type { CaseMeasured, VariantMeasured } from './measurements';

/** Two or three significant digits and a unit. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1_000).toFixed(0)} s`;
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds >= 10) return `${milliseconds.toFixed(0)} ms`;
  return milliseconds >= 1 ? `${milliseconds.toFixed(1)} ms` : `${milliseconds.toFixed(2)} ms`;
}

export const whole = (count: number): string => Math.round(count).toLocaleString('en');

/** A row of figures: its label, then one cell per variant. */
export type FigureRow = readonly [label: string, ...cells: string[]];

/** The figures of a case, one column per variant. */
export function figureRows({ variants }: CaseMeasured): FigureRow[] {
  const row = (label: string, cell: (variant: VariantMeasured) => string): FigureRow => [label, ...variants.map(cell)];
  const facts = [...new Set(variants.flatMap(({ facts }) => Object.keys(facts)))];
  const temporary = variants.some(({ temporaryPages }) => temporaryPages > 0);
  return [
    row('time, median', ({ milliseconds }) => duration(milliseconds)),
    row('statements', ({ statements }) => whole(statements.service)),
    row('pages of 8 kB', ({ pages }) => whole(pages)),
    ...(temporary ? [row('pages of temporary files', ({ temporaryPages }) => whole(temporaryPages))] : []),
    row('rows', ({ rows }) => whole(rows)),
    ...facts.map((fact) => row(fact, ({ facts }) => (fact in facts ? whole(facts[fact]!) : '–'))),
    row('`db_queries_total`, one run', ({ metrics }) =>
      Object.entries(metrics.queries)
        .map(([type, count]) => `${type} +${whole(count)}`)
        .join(', '),
    ),
    row('`db_query_duration_seconds`, p95', ({ metrics }) => duration(metrics.p95Ms)),
    row('`db_slow_queries_total`', ({ metrics: { slow, total } }) => `${whole(slow)} of ${whole(total)}`),
  ];
}

/** For a terminal: the figures and all plans. */
export function report(measured: CaseMeasured, head: string): string {
  const rows: FigureRow[] = [['', ...measured.variants.map(({ name }) => name)], ...figureRows(measured)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd(),
  );
  const plans = measured.variants.flatMap(({ name, plans }) => [`\n${name}:`, ...plans.map(indented)]);
  const logs = measured.variants.flatMap(({ name, metrics: { slowLog } }) =>
    slowLog ? [`\nslow-query log, ${name}:`, `  ${JSON.stringify(slowLog)}`] : [],
  );
  return [`\n${head}`, '', ...table, ...plans, ...logs, ''].join('\n');
}

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
