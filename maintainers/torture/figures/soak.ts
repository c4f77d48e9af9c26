import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { openLoop } from '../rig/open-loop';
import { startShop, type RunningShop } from '../rig/running-shop';
import { preloaded } from '../rig/service';

const MEBIBYTE = 1_048_576;
const HOUR_MS = 3_600_000;
const MAX_SLOPE = 1;
const WHOLE_MS = 2 * HOUR_MS;
const RATE = { whole: 100, short: 20 };
/** Less says nothing about an hour. */
const MIN_SLOPE_MS = 600_000;
const SETTLED_MS = 10_000;

interface Sample {
  readonly atMs: number;
  readonly rssBytes: number;
}

async function measure(
  stage: Stage,
  rounds: number,
  seconds: number,
  preload: readonly string[] = [],
): Promise<Outcome> {
  const shop = await startShop(stage, { preload });
  const { service, client } = shop;
  const rate = stage.short ? RATE.short : RATE.whole;
  const samples: Sample[] = [];
  const statuses: Record<string, number> = {};
  const startedAt = performance.now();
  for (let round = 0; round < rounds && !isOver(stage); round += 1) {
    stage.signal.throwIfAborted();
    const result = await openLoop({
      client,
      port: service.port,
      rate,
      seconds,
      maxOutstanding: rate * 10,
      request: (number) => requestOf(shop, number),
    });
    for (const [status, count] of Object.entries(result.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
    await service.settle();
    samples.push({ atMs: performance.now() - startedAt, rssBytes: (await service.usage()).rssBytes });
    stage.report(
      `${(samples.at(-1)!.atMs / 60_000).toFixed(0)} min, RSS ${(samples.at(-1)!.rssBytes / MEBIBYTE).toFixed(0)} MiB`,
    );
  }
  const leaked = await leakedClients(shop);
  const failed = Object.entries(statuses).reduce((sum, [status, count]) => sum + (Number(status) < 300 ? 0 : count), 0);
  const lastMs = samples.at(-1)?.atMs ?? 0;
  // The first half is for compilers and caches.
  const slope = slopeOf(samples.filter(({ atMs }) => atMs >= lastMs / 2));
  const growth =
    lastMs < MIN_SLOPE_MS
      ? 'too short for a slope'
      : `${slope.toFixed(1)} MiB/h over the second half of ${(lastMs / 60_000).toFixed(0)} min`;
  return {
    value: `${growth}, ${leaked} leaked clients, ${failed} failed requests`,
    wrong: [
      ...(leaked > 0 ? [`${leaked} clients of the pool were not returned`] : []),
      ...(failed > 0 ? [`${failed} requests failed: ${JSON.stringify(statuses)}`] : []),
    ],
    beyond: lastMs >= MIN_SLOPE_MS && slope > MAX_SLOPE ? [`the memory grows by ${slope.toFixed(1)} MiB/h`] : [],
    whole: lastMs >= WHOLE_MS,
    measured: { samples, statuses, leaked, slopeMiBPerHour: slope },
  };
}

const paths = ['/api/v1/orders?limit=20', '/api/v1/products?limit=20'];

function requestOf({ read, buyer: token, shop: { skus } }: RunningShop, number: number): string {
  if (number % 4 < 2) return read;
  if (number % 4 === 2) return requestText({ method: 'GET', path: paths[(number >> 2) % paths.length]!, token });
  const body = { lines: [{ sku: skus[number % skus.length], quantity: 1 }] };
  return requestText({ method: 'POST', path: '/api/v1/orders', token, key: randomUUID(), body });
}

/** Clients of the pool that remain in use although no request is. */
async function leakedClients({ service }: RunningShop): Promise<number> {
  const end = performance.now() + SETTLED_MS;
  for (;;) {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const active = Number(/^db_pool_connections\{state="active"[^}]*\} (\d+)/m.exec(metrics)?.[1]);
    if (active === 0 || performance.now() > end) return active;
    await delay(SETTLED_MS / 100);
  }
}

/** MiB per hour, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [times, sizes] = [
    samples.map(({ atMs }) => atMs / HOUR_MS),
    samples.map(({ rssBytes }) => rssBytes / MEBIBYTE),
  ];
  const [time, size] = [mean(times), mean(sizes)];
  const spread = times.reduce((sum, one) => sum + (one - time) ** 2, 0);
  return spread === 0 ? 0 : times.reduce((sum, one, index) => sum + (one - time) * (sizes[index]! - size), 0) / spread;
}

export const soak: Figure = {
  number: 14,
  name: 'soak of 2 h',
  target: 'at most 1 MiB/h, no leaked client',
  minutes: 122,
  run: (stage) => (stage.short ? measure(stage, 3, 2) : measure(stage, Infinity, 60)),
  guard: 'clients return to the pool (three do not)',
  control: (stage) => measure(stage, 1, 3, [preloaded('guards-off/leaked-clients.cjs')]),
};
