import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { Failure } from '../command-line';
import { readServerCounts, type ServerCounts } from './server-statistics';
import { readServiceCounts, type ServiceCounts } from './service-metrics';

const ATTEMPTS = 40;
const PAUSE_MS = 25;

export interface Snapshot {
  readonly server: ServerCounts;
  readonly service: ServiceCounts;
}

/** The counts of both at one moment: read twice, until nothing was counted from the first reading to the second. */
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
  throw new Failure(
    `The service runs statements though nobody asks it to, or somebody else does: the demo must be alone with it, ` +
      `and with its role ${role}.`,
  );
}
