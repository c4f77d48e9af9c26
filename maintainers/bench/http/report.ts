import type { Verdict } from './limits';
import { microseconds, milliseconds, throughputRatios, type Results } from './results';
import { serverNames, type OfEach } from './servers';
import { median } from './statistics';

const titles: OfEach<string> = {
  service: 'the service',
  unprepared: 'the service, nothing prepared',
  nest: 'plain Nest and TypeORM',
  bare: 'bare Fastify and pg',
  named: 'bare, named statements',
};
const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
const range = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(3)} [${Math.min(...ratios).toFixed(3)}, ${Math.max(...ratios).toFixed(3)}]`;

/** What was measured, as two tables. */
export function tables({ scenarios, idleRssBytes, loadedRssBytes, node, cpu }: Results): string {
  const starts = scenarios[0]?.starts ?? [];
  const costs = scenarios.flatMap((scenario) =>
    serverNames.map((name, index) => [
      index === 0 ? scenario.name : '',
      titles[name],
      ...(['server', 'database', 'whole'] as const).map(
        (part) => `${microseconds(scenario, name, part).toFixed(0)} us`,
      ),
      range(throughputRatios(scenario, name, 'bare', 'server')),
      range(throughputRatios(scenario, name, 'bare', 'whole')),
      ...(['p50', 'p99'] as const).map((percentile) => `${milliseconds(scenario, name, percentile).toFixed(2)} ms`),
    ]),
  );
  const memory = serverNames.map((name) => [
    titles[name],
    mebibytes(idleRssBytes[name]),
    mebibytes(loadedRssBytes[name]),
    (idleRssBytes[name] / idleRssBytes.bare).toFixed(2),
    (loadedRssBytes[name] / loadedRssBytes.bare).toFixed(2),
  ]);
  return [
    align([
      ['to', '', 'CPU per request', 'of PostgreSQL', 'of both', 'relative to bare', 'with PostgreSQL', 'p50', 'p99'],
      ...costs,
    ]),
    '',
    align([['memory (RSS)', 'idle', 'loaded', 'idle, relative to bare', 'loaded'], ...memory]),
    '',
    'Relative: requests per CPU second. ' +
      `The lower quartile of ${starts[0]?.bare.server.length ?? 0} rounds, percentiles of all; the median [and the range] of ${starts.length} starts. ${cpu}, Node ${node}.`,
  ].join('\n');
}

export const limits = (verdicts: readonly Verdict[]): string =>
  align([
    ['limit', '', 'measured', ''],
    ...verdicts.map(({ what, limit, measured, isMet }) => [what, limit, measured.toFixed(3), isMet ? '' : 'missed']),
  ]);

export function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || rows[0]![column] === '' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
