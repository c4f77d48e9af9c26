import type { Fixture, Scenario } from './scenarios';
import type { Server, Usage } from './servers';

/** CPU microseconds that the server spent on one request, over so many of them. */
export async function cpuPerRequest(
  { process, target }: Server,
  scenario: Scenario,
  fixture: Fixture,
  requests: number,
  concurrency: number,
): Promise<number> {
  const before = await process.ask<Usage>('usage');
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) await scenario.send(target, fixture, next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const after = await process.ask<Usage>('usage');
  return (after.cpuMicroseconds - before.cpuMicroseconds) / requests;
}

export interface Rounds {
  readonly service: readonly number[];
  readonly bare: readonly number[];
}

/** Both servers in turns, who begins changing from round to round: what else the machine does meets them alike. */
export async function interleave(
  rounds: number,
  measureService: () => Promise<number>,
  measureBare: () => Promise<number>,
): Promise<Rounds> {
  const service: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) service.push(await measureService());
    bare.push(await measureBare());
    if (round % 2 === 1) service.push(await measureService());
  }
  return { service, bare };
}

/** Resident memory after a start, without the garbage that it left. */
export async function idleRss({ process }: Server): Promise<number> {
  await process.ask('settle');
  return (await process.ask<Usage>('usage')).rssBytes;
}

export const loadedRss = async ({ process }: Server): Promise<number> => (await process.ask<Usage>('usage')).rssBytes;
