import { inParallel } from '../../../tools/in-parallel';
import type { DatabaseCpu } from './database-cpu';
import type { Fixture, Scenario } from './scenarios';
import { ofEach, serverNames, type OfEach, type Server, type ServerName, type Usage } from './servers';
import { quantile } from './statistics';

/** What a number of requests took. */
export interface Sample {
  /** CPU microseconds of the server per request. */
  readonly server: number;
  /** CPU microseconds of PostgreSQL per request. */
  readonly database: number;
  /** Milliseconds from each request to the end of its response. */
  readonly latencies: readonly number[];
}

/** CPU microseconds per request, one figure per round, and percentiles of all rounds in milliseconds. */
export interface Rounds {
  readonly server: readonly number[];
  readonly database: readonly number[];
  readonly p50: number;
  readonly p99: number;
}

export async function load(
  { process, target }: Server,
  database: DatabaseCpu,
  scenario: Scenario,
  fixture: Fixture,
  requests: number,
  concurrency: number,
): Promise<Sample> {
  const latencies: number[] = [];
  const send = async (number: number): Promise<void> => {
    const sent = performance.now();
    await scenario.send(target, fixture, number);
    latencies.push(performance.now() - sent);
  };
  function* sends(): IterableIterator<() => Promise<unknown>> {
    for (let number = 0; number < requests; number += 1) yield () => send(number);
  }
  const before = await process.ask<Usage>('usage');
  const ofDatabase = await database.during(() => inParallel(concurrency, sends()));
  const after = await process.ask<Usage>('usage');
  return {
    server: (after.cpuMicroseconds - before.cpuMicroseconds) / requests,
    database: ofDatabase / requests,
    latencies,
  };
}

/** Interleaves the servers, each round beginning with another one, so that other load on the machine affects them alike. */
export async function interleave(
  rounds: number,
  measure: (name: ServerName) => Promise<Sample>,
): Promise<OfEach<Rounds>> {
  const samples = ofEach((): Sample[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % serverNames.length;
    for (const name of [...serverNames.slice(first), ...serverNames.slice(0, first)]) {
      samples[name].push(await measure(name));
    }
  }
  return ofEach((name) => {
    const latencies = samples[name].flatMap((sample) => sample.latencies);
    return {
      server: samples[name].map(({ server }) => server),
      database: samples[name].map(({ database }) => database),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  });
}

/** Resident memory after a start, without garbage. */
export async function idleRss({ process }: Server): Promise<number> {
  await process.ask('settle');
  return (await process.ask<Usage>('usage')).rssBytes;
}

export const loadedRss = async ({ process }: Server): Promise<number> => (await process.ask<Usage>('usage')).rssBytes;
