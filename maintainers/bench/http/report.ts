import type { Rounds } from './measure';
import { serverNames, type OfEach, type ServerName } from './servers';
import { median, quantile } from './statistics';

/** Requests per CPU second, relative to the bare server. */
const MIN_THROUGHPUT_RATIO = 0.6;
/** Idle memory, relative to the bare server. */
const MAX_IDLE_RSS_RATIO = 1.6;

/**
 * Other load on a shared machine can only add CPU time, and adds more to a server with more code and data, probably because of
 * the cache. So the cost of a server is the lower quartile of its rounds.
 */
const QUIET = 0.25;

export interface ScenarioReport {
  readonly name: string;
  readonly starts: readonly Rounds[];
}

export interface Report {
  readonly scenarios: readonly ScenarioReport[];
  readonly idleRssBytes: OfEach<number>;
  readonly loadedRssBytes: OfEach<number>;
  readonly node: string;
  readonly cpu: string;
}

const titles: OfEach<string> = { service: 'the service', nest: 'plain Nest and TypeORM', bare: 'bare Fastify and pg' };
const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

/** CPU microseconds per request in the quiet rounds of a start. */
const cost = (rounds: Rounds, name: ServerName): number => quantile(rounds[name], QUIET);

/** Requests per CPU second relative to the bare server, one figure per start. */
const throughputRatios = ({ starts }: ScenarioReport, name: ServerName): number[] =>
  starts.map((rounds) => cost(rounds, 'bare') / cost(rounds, name));

export function table({ scenarios, idleRssBytes, loadedRssBytes, node, cpu }: Report): string {
  const starts = scenarios[0]?.starts ?? [];
  const rows = scenarios.flatMap((scenario) =>
    serverNames.map((name, index) => {
      const microseconds = median(scenario.starts.map((rounds) => cost(rounds, name)));
      const ratios = throughputRatios(scenario, name);
      return [
        index === 0 ? scenario.name : '',
        titles[name],
        `${microseconds.toFixed(0)} us`,
        (1e6 / microseconds).toFixed(0),
        name === 'bare'
          ? ''
          : `${median(ratios).toFixed(3)} [${Math.min(...ratios).toFixed(3)}, ${Math.max(...ratios).toFixed(3)}]`,
        name === 'service' ? `>= ${MIN_THROUGHPUT_RATIO}` : '',
      ];
    }),
  );
  const memory = (title: string, bytes: OfEach<number>, bar: string): string[] => [
    title,
    ...serverNames.map((name) => mebibytes(bytes[name])),
    (bytes.service / bytes.bare).toFixed(2),
    bar,
  ];
  return [
    align([['to', '', 'CPU per request', 'requests per CPU second', 'relative to bare', 'limit'], ...rows]),
    '',
    align([
      ['memory (RSS)', ...serverNames.map((name) => titles[name]), 'relative to bare', 'limit'],
      memory('idle', idleRssBytes, `<= ${MAX_IDLE_RSS_RATIO}`),
      memory('loaded', loadedRssBytes, ''),
    ]),
    '',
    `The lower quartile of ${starts[0]?.bare.length ?? 0} rounds; the median [and the range] of ${starts.length} starts. ${cpu}, Node ${node}.`,
  ].join('\n');
}

/** One line per missed limit. */
export function missedBars({ scenarios, idleRssBytes: { service, bare } }: Report): string[] {
  const slow = scenarios
    .map((scenario) => ({ name: scenario.name, ratio: median(throughputRatios(scenario, 'service')) }))
    .filter(({ ratio }) => ratio < MIN_THROUGHPUT_RATIO)
    .map(({ name, ratio }) => {
      return `Missed: to ${name}, the service reaches ${ratio.toFixed(3)} of the bare server, less than ${MIN_THROUGHPUT_RATIO}.`;
    });
  const times = service / bare;
  return times > MAX_IDLE_RSS_RATIO
    ? [
        ...slow,
        `Missed: idle, the service takes ${times.toFixed(2)} times the memory, more than ${MAX_IDLE_RSS_RATIO}.`,
      ]
    : slow;
}

function align(rows: readonly (readonly string[])[]): string {
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
