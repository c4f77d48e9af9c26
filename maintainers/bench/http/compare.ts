import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { idleRss, interleave, loadedRss, type Rounds } from './measure';
import type { Results } from './results';
import type { Rig } from './rig';
import { checkSameWork } from './same-work';
import { scenarios } from './scenarios';
import { ofEach, ofEachInTurn, stopServer, type OfEach, type ServerName } from './servers';
import { median } from './statistics';

/** Rounds of warm-up. */
const WARM_UP_ROUNDS = 4;

export interface Extent {
  /** Starts of each server: two processes of the same build differ by a few percent. */
  readonly starts: number;
  /** Rounds per start and scenario. */
  readonly rounds: number;
  /** Requests per round of the first scenario; for the others, multiplied by their weight. */
  readonly requests: number;
  /**
   * Requests per round of warm-up. V8 compiles the code of a request for the last time after about 16,000 requests: in each
   * server, its compilers took 0.1 to 0.6 ms per request between the 16,000th and the 19,000th, and next to nothing later.
   */
  readonly warmUp: number;
}

/** Measures all servers in turns. */
export async function compare(
  rig: Rig,
  node: string,
  extent: Extent,
  progress: (line: string) => void,
): Promise<Results> {
  const idle: OfEach<number>[] = [];
  const loaded: OfEach<number>[] = [];
  const starts: OfEach<Rounds>[][] = scenarios.map(() => []);
  for (let start = 1; start <= extent.starts; start += 1) {
    const servers = await ofEachInTurn((name) => rig.start(name));
    idle.push(await ofEachInTurn((name) => idleRss(servers[name])));
    await checkSameWork(
      rig.adminUrl,
      rig.fixture,
      ofEach((name) => servers[name].target),
    );
    for (const [index, scenario] of scenarios.entries()) {
      progress(`Start ${start} of ${extent.starts}, to ${scenario.name} …`);
      const requestsTo = (requests: number) => (name: ServerName) => rig.load(servers[name], scenario, requests);
      // As many of each: code is compiled by how often it was called, not by how much there is of it.
      await interleave(WARM_UP_ROUNDS, requestsTo(extent.warmUp));
      starts[index]!.push(await interleave(extent.rounds, requestsTo(Math.round(extent.requests * scenario.weight))));
    }
    loaded.push(await ofEachInTurn((name) => loadedRss(servers[name])));
    await Promise.all(Object.values(servers).map(stopServer));
  }
  return {
    scenarios: scenarios.map(({ name }, index) => ({ name, starts: starts[index]! })),
    idleRssBytes: ofEach((name) => median(idle.map((bytes) => bytes[name]))),
    loadedRssBytes: ofEach((name) => median(loaded.map((bytes) => bytes[name]))),
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}
