import { inParallel } from '../../../tools/in-parallel';
import type { Fixture, Scenario } from './scenarios';
import { ofEach, serverNames, type OfEach, type Server, type ServerName, type Usage } from './servers';

/** CPU microseconds per request, measured over a number of requests. */
export async function cpuPerRequest(
  { process, target }: Server,
  scenario: Scenario,
  fixture: Fixture,
  requests: number,
  concurrency: number,
): Promise<number> {
  function* sends(): IterableIterator<() => Promise<unknown>> {
    for (let number = 0; number < requests; number += 1) yield () => scenario.send(target, fixture, number);
  }
  const before = await process.ask<Usage>('usage');
  await inParallel(concurrency, sends());
  const after = await process.ask<Usage>('usage');
  return (after.cpuMicroseconds - before.cpuMicroseconds) / requests;
}

/** CPU microseconds per request, one figure per round. */
export type Rounds = OfEach<readonly number[]>;

/** Interleaves the servers, each round beginning with another one, so that other load on the machine affects them alike. */
export async function interleave(rounds: number, measure: (name: ServerName) => Promise<number>): Promise<Rounds> {
  const measured = ofEach((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % serverNames.length;
    for (const name of [...serverNames.slice(first), ...serverNames.slice(0, first)]) {
      measured[name].push(await measure(name));
    }
  }
  return measured;
}

/** Resident memory after a start, without garbage. */
export async function idleRss({ process }: Server): Promise<number> {
  await process.ask('settle');
  return (await process.ask<Usage>('usage')).rssBytes;
}

export const loadedRss = async ({ process }: Server): Promise<number> => (await process.ask<Usage>('usage')).rssBytes;
