import { timeByPart, type CpuProfile } from './parts';
import { align } from './report';
import type { Rig } from './rig';
import { scenarios, type Scenario } from './scenarios';
import type { Server } from './servers';

const WARM_UP = 30_000;
const REQUESTS = 20_000;
const OTHER_THREADS = 'other threads: compiler, garbage collector';

/** CPU microseconds per request by part; they add up to those of the process. */
type Parts = ReadonlyMap<string, number>;

/** A table per scenario: where the time of the service and of the bare server goes. */
export async function profile(rig: Rig, isQuick: boolean, progress: (line: string) => void): Promise<string> {
  const scale = isQuick ? 0.1 : 1;
  const [service, bare] = [await rig.start('service'), await rig.start('bare')];
  const tables: string[] = [];
  for (const scenario of scenarios) {
    progress(`To ${scenario.name} …`);
    const partsOf = async (server: Server): Promise<Parts> => {
      await rig.load(server, scenario, WARM_UP * scale);
      return profileOf(rig, server, scenario, REQUESTS * scale);
    };
    tables.push(table(scenario.name, await partsOf(service), await partsOf(bare)));
  }
  return tables.join('\n\n');
}

async function profileOf(rig: Rig, { process, target }: Server, scenario: Scenario, requests: number): Promise<Parts> {
  await process.ask('profile');
  const sample = await rig.load({ process, target }, scenario, requests);
  const times = timeByPart(await process.ask<CpuProfile>('profiled'));
  const ofMainThread = sum(times) / requests;
  // The profiler sees the clock: on a busy machine it counts the time in which the main thread waited for a core.
  const share = Math.min(1, sample.server / ofMainThread);
  const parts = new Map([...times].map(([part, microseconds]) => [part, (microseconds / requests) * share]));
  return parts.set(OTHER_THREADS, Math.max(0, sample.server - ofMainThread));
}

const sum = (parts: Parts): number => [...parts.values()].reduce((total, part) => total + part, 0);

function table(title: string, service: Parts, bare: Parts): string {
  const above = (part: string) => (service.get(part) ?? 0) - (bare.get(part) ?? 0);
  const dearestFirst = [...new Set([...service.keys(), ...bare.keys()])].sort((a, b) => above(b) - above(a));
  const row = (part: string, ofService: number, ofBare: number) => [
    part,
    ...[ofService, ofBare, ofService - ofBare].map((microseconds) => microseconds.toFixed(1)),
  ];
  return align([
    [`${title}, us of CPU per request`, 'the service', 'bare Fastify and pg', 'difference'],
    ...dearestFirst.map((part) => row(part, service.get(part) ?? 0, bare.get(part) ?? 0)),
    row('all', sum(service), sum(bare)),
  ]);
}
