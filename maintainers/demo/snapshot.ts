import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { readServiceCounts, type ServiceCounts } from '../../tools/demo/service-metrics';
import { CommandError } from '../../tools/command-line';
import { readServerCounts, type ServerCounts } from './server-statistics';

const ATTEMPTS = 40;
const PAUSE_MS = 25;

export interface Snapshot {
  readonly server: ServerCounts;
  readonly service: ServiceCounts;
}

/** The counts of both at the same time: read again until nothing has changed between two reads. */
export async function takeSnapshot(client: Client, role: string, metricsUrl: string): Promise<Snapshot> {
  const read = async (): Promise<Snapshot> => ({
    service: await readServiceCounts(metricsUrl),
    server: await readServerCounts(client, role),
  });
  let last = await read();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await delay(PAUSE_MS);
    const now = await read();
    if (isDeepStrictEqual(now, last)) return now;
    last = now;
  }
  throw new CommandError(
    `The counts keep changing: nothing else may use the service, or its role ${role}, while the demo runs.`,
  );
}
