import type { Rounds } from './measure';
import type { Estimate } from './statistics';

/** The least of the bare server's requests per CPU second that the service may reach. */
const LEAST_THROUGHPUT_RATIO = 0.6;
/** The most of the bare server's idle memory that the service may take. */
const MOST_IDLE_RSS_RATIO = 1.6;

interface Pair {
  readonly service: number;
  readonly bare: number;
}

export interface ScenarioReport {
  readonly name: string;
  /** Per request; medians. */
  readonly cpuMicroseconds: Pair;
  /** Requests per CPU second of the service over those of the bare server; paired by round. */
  readonly throughputRatio: Estimate;
  /** CPU microseconds per request, a number a round. */
  readonly rounds: Rounds;
}

export interface Report {
  readonly scenarios: readonly ScenarioReport[];
  readonly idleRssBytes: Pair;
  readonly loadedRssBytes: Pair;
  readonly node: string;
  readonly cpu: string;
}

const perCpuSecond = (microseconds: number): string => (1e6 / microseconds).toFixed(0);
const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

export function table({ scenarios, idleRssBytes, loadedRssBytes }: Report): string {
  const cpu = scenarios.map(({ name, cpuMicroseconds: { service, bare }, throughputRatio: { median, low, high } }) => [
    name,
    `${service.toFixed(0)} us`,
    `${bare.toFixed(0)} us`,
    perCpuSecond(service),
    perCpuSecond(bare),
    `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    `>= ${LEAST_THROUGHPUT_RATIO}`,
  ]);
  const memory = (name: string, { service, bare }: Pair, bar: string): string[] => [
    name,
    mebibytes(service),
    mebibytes(bare),
    (service / bare).toFixed(2),
    bar,
  ];
  return [
    `CPU, on ${scenarios[0]?.rounds.service.length ?? 0} rounds`,
    align([['', 'per request', 'bare', 'requests per CPU second', 'bare', 'of the bare one [95 %]', 'bar'], ...cpu]),
    '',
    align([
      ['Memory (RSS)', 'service', 'bare', 'times', 'bar'],
      memory('idle', idleRssBytes, `<= ${MOST_IDLE_RSS_RATIO}`),
      memory('loaded', loadedRssBytes, ''),
    ]),
    '',
  ].join('\n');
}

/** A line for each bar that was missed. */
export function missedBars({ scenarios, idleRssBytes: { service, bare } }: Report): string[] {
  const slow = scenarios
    .filter(({ throughputRatio }) => throughputRatio.median < LEAST_THROUGHPUT_RATIO)
    .map(({ name, throughputRatio: { median } }) => {
      return `Missed: to ${name}, the service reaches ${median.toFixed(3)} of the bare server, less than ${LEAST_THROUGHPUT_RATIO}.`;
    });
  return service / bare > MOST_IDLE_RSS_RATIO
    ? [
        ...slow,
        `Missed: idle, the service takes ${(service / bare).toFixed(2)} times the memory, more than ${MOST_IDLE_RSS_RATIO}.`,
      ]
    : slow;
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
