import type { Scenario } from './scenarios';
import type { ServerName } from './servers';
import { milliseconds, throughputRatios, type Part, type Results, type ScenarioResult } from './results';
import { median } from './statistics';

/** One limit, and what was measured: both are ratios. */
export interface Verdict {
  readonly what: string;
  readonly measured: number;
  readonly limit: string;
  readonly isMet: boolean;
}

/** Requests per CPU second, at least. */
type Ratios = Readonly<Record<Scenario['name'], number>>;
interface ThroughputLimit {
  readonly part: Part;
  readonly relativeTo: ServerName;
  readonly what: string;
  readonly atLeast: Ratios;
}

const ratios = (read: number, list: number, place: number): Ratios => ({
  'read an order': read,
  'list a page': list,
  'place an order': place,
});

const throughputLimits: readonly ThroughputLimit[] = [
  {
    part: 'whole',
    relativeTo: 'unprepared',
    what: 'the service and PostgreSQL, of the same without prepared statements',
    atLeast: ratios(1.6, 1.15, 1.25),
  },
  {
    part: 'whole',
    relativeTo: 'bare',
    what: 'the service and PostgreSQL, of bare and PostgreSQL',
    atLeast: ratios(1.3, 0.95, 1),
  },
  {
    part: 'whole',
    relativeTo: 'named',
    what: 'the service and PostgreSQL, of bare with named statements and PostgreSQL',
    atLeast: ratios(0.7, 0.75, 0.75),
  },
  { part: 'server', relativeTo: 'bare', what: 'the service, of bare', atLeast: ratios(0.7, 0.85, 0.78) },
  { part: 'server', relativeTo: 'nest', what: 'the service, of plain Nest and TypeORM', atLeast: ratios(1, 1, 1) },
];
/** Relative to the bare server. */
const MAX_P99 = 1.5;
const MAX_IDLE_RSS = 1.35;
const MAX_LOADED_RSS = 1.4;

export function verdicts({ scenarios, idleRssBytes, loadedRssBytes }: Results): Verdict[] {
  return [
    ...throughputLimits.flatMap((limit) => scenarios.map((scenario) => throughput(scenario, limit))),
    ...scenarios.map((scenario) =>
      atMost(
        `p99, the service to bare: ${scenario.name}`,
        milliseconds(scenario, 'service', 'p99') / milliseconds(scenario, 'bare', 'p99'),
        MAX_P99,
      ),
    ),
    atMost('memory while idle, the service to bare', idleRssBytes.service / idleRssBytes.bare, MAX_IDLE_RSS),
    atMost('memory under load, the service to bare', loadedRssBytes.service / loadedRssBytes.bare, MAX_LOADED_RSS),
  ];
}

function throughput(scenario: ScenarioResult, { part, relativeTo, what, atLeast }: ThroughputLimit): Verdict {
  const measured = median(throughputRatios(scenario, 'service', relativeTo, part));
  const limit = atLeast[scenario.name];
  return {
    what: `requests per CPU second, ${what}: ${scenario.name}`,
    measured,
    limit: `>= ${limit}`,
    isMet: measured >= limit,
  };
}

const atMost = (what: string, measured: number, limit: number): Verdict => ({
  what,
  measured,
  limit: `<= ${limit}`,
  isMet: measured <= limit,
});
