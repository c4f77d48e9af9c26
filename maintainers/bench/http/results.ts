import type { Rounds } from './measure';
import type { Scenario } from './scenarios';
import type { OfEach, ServerName } from './servers';
import { median, quantile } from './statistics';

/**
 * Other load on a shared machine can only add CPU time, and adds more to a server with more code and data, probably because of
 * the cache. So the cost of a server is the lower quartile of its rounds.
 */
const QUIET = 0.25;

export interface ScenarioResult {
  readonly name: Scenario['name'];
  /** One per start of the servers. */
  readonly starts: readonly OfEach<Rounds>[];
}

export interface Results {
  readonly scenarios: readonly ScenarioResult[];
  readonly idleRssBytes: OfEach<number>;
  readonly loadedRssBytes: OfEach<number>;
  readonly node: string;
  readonly cpu: string;
}

/** CPU microseconds per request: of the server, of PostgreSQL for it, or of both. */
export type Part = 'server' | 'database' | 'whole';

/** CPU microseconds per request in the quiet rounds of a start. */
function cost({ server, database }: Rounds, part: Part): number {
  if (part === 'server') return quantile(server, QUIET);
  if (part === 'database') return quantile(database, QUIET);
  return quantile(
    server.map((own, round) => own + database[round]!),
    QUIET,
  );
}

export const microseconds = ({ starts }: ScenarioResult, name: ServerName, part: Part): number =>
  median(starts.map((start) => cost(start[name], part)));

/** Requests per CPU second of one server relative to another, one figure per start. */
export const throughputRatios = (
  { starts }: ScenarioResult,
  name: ServerName,
  other: ServerName,
  part: Part,
): number[] => starts.map((start) => cost(start[other], part) / cost(start[name], part));

export const milliseconds = ({ starts }: ScenarioResult, name: ServerName, percentile: 'p50' | 'p99'): number =>
  median(starts.map((start) => start[name][percentile]));
