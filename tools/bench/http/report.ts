import type { Rounds } from './measure';
import { serverNames, type OfEach, type ServerName } from './servers';
import { estimate, median, type Estimate } from './statistics';

/** The least of the bare server's requests per CPU second that the service may reach. */
const LEAST_THROUGHPUT_RATIO = 0.6;
/** The most of the bare server's idle memory that the service may take. */
const MOST_IDLE_RSS_RATIO = 1.6;

export interface ScenarioReport {
  readonly name: string;
  readonly rounds: Rounds;
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

/** Requests per CPU second over those of the bare server, paired by round. */
function throughputRatio({ rounds }: ScenarioReport, name: ServerName): Estimate {
  return estimate(rounds[name].map((cpu, round) => rounds.bare[round]! / cpu));
}

export function table({ scenarios, idleRssBytes, loadedRssBytes, node, cpu }: Report): string {
  const rows = scenarios.flatMap((scenario) =>
    serverNames.map((name, index) => {
      const microseconds = median(scenario.rounds[name]);
      const { median: ratio, low, high } = throughputRatio(scenario, name);
      return [
        index === 0 ? scenario.name : '',
        titles[name],
        `${microseconds.toFixed(0)} us`,
        (1e6 / microseconds).toFixed(0),
        name === 'bare' ? '' : `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
        name === 'service' ? `>= ${LEAST_THROUGHPUT_RATIO}` : '',
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
    align([['to', '', 'CPU a request', 'requests a CPU second', 'of the bare one [95 %]', 'bar'], ...rows]),
    '',
    align([
      ['memory (RSS)', ...serverNames.map((name) => titles[name]), 'times the bare one', 'bar'],
      memory('idle', idleRssBytes, `<= ${MOST_IDLE_RSS_RATIO}`),
      memory('loaded', loadedRssBytes, ''),
    ]),
    '',
    `${scenarios[0]?.rounds.bare.length ?? 0} rounds, medians. ${cpu}, Node ${node}.`,
  ].join('\n');
}

/** A line for each bar that was missed. */
export function missedBars({ scenarios, idleRssBytes: { service, bare } }: Report): string[] {
  const slow = scenarios
    .map((scenario) => ({ name: scenario.name, ratio: throughputRatio(scenario, 'service').median }))
    .filter(({ ratio }) => ratio < LEAST_THROUGHPUT_RATIO)
    .map(({ name, ratio }) => {
      return `Missed: to ${name}, the service reaches ${ratio.toFixed(3)} of the bare server, less than ${LEAST_THROUGHPUT_RATIO}.`;
    });
  const times = service / bare;
  return times > MOST_IDLE_RSS_RATIO
    ? [
        ...slow,
        `Missed: idle, the service takes ${times.toFixed(2)} times the memory, more than ${MOST_IDLE_RSS_RATIO}.`,
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
