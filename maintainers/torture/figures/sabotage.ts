import { randomUUID } from 'node:crypto';
import { inParallel } from '../../../tools/in-parallel';
import type { Figure, Outcome, Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { startShop } from '../rig/running-shop';
import { preloaded } from '../rig/service';

const WAYS = ['metrics', 'logger', 'clock'] as const;
const WORKERS = 8;
const WHOLE = 20_000;
const SHORT = 300;

interface Attempt {
  readonly sent: number;
  readonly failed: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** Sends reads, orders and scrapes while a part of the service fails. */
async function attempt(stage: Stage, way: string, requests: number, preload: readonly string[]): Promise<Attempt> {
  const { service, client, read, buyer, shop } = await startShop(stage, {
    // Every statement is logged.
    settings: { SABOTAGE: way, QUERY_TIMING_SLOW_THRESHOLD_MS: '0' },
    preload: [preloaded('sabotage/sabotage.cjs'), ...preload],
  });
  const scrape = requestText({ method: 'GET', path: '/metrics' });
  const order = (number: number): string =>
    requestText({
      method: 'POST',
      path: '/api/v1/orders',
      token: buyer,
      key: randomUUID(),
      body: { lines: [{ sku: shop.skus[number % shop.skus.length], quantity: 1 }] },
    });
  await service.ask('sabotage');
  const statuses: Record<string, number> = {};
  function* tasks(): IterableIterator<() => Promise<unknown>> {
    for (let number = 0; number < requests; number += 1) {
      const text = number % 50 === 0 ? scrape : number % 2 === 0 ? read : order(number);
      yield async () => {
        const result = await client.send(service.port, text).then(
          ({ status }) => status,
          (error: Error) => error.name,
        );
        statuses[result] = (statuses[result] ?? 0) + 1;
        if (number % 100 === 0) stage.report(`${way}: ${number} requests`);
      };
    }
  }
  await inParallel(WORKERS, tasks(), stage.signal);
  return { sent: requests, failed: requests - (statuses[200] ?? 0) - (statuses[201] ?? 0), statuses };
}

async function measure(
  stage: Stage,
  ways: readonly string[],
  requests: number,
  preload: readonly string[] = [],
): Promise<Outcome> {
  const attempts: Record<string, Attempt> = {};
  for (const way of ways) attempts[way] = await attempt(stage, way, requests, preload);
  const all = Object.entries(attempts);
  const failed = all.reduce((sum, [, one]) => sum + one.failed, 0);
  return {
    value: `${failed} of ${all.reduce((sum, [, { sent }]) => sum + sent, 0)} requests failed`,
    wrong: all.filter(([, one]) => one.failed > 0).map(([way, { statuses }]) => `${way}: ${JSON.stringify(statuses)}`),
    whole: requests >= WHOLE,
    measured: attempts,
  };
}

export const sabotage: Figure = {
  number: 12,
  name: 'requests failed with sabotaged metrics, logger and clock',
  target: '0',
  minutes: 10,
  run: (stage) => measure(stage, WAYS, stage.short ? SHORT : WHOLE),
  guard: 'faults of a sink stay in the library',
  control: (stage) => measure(stage, ['metrics'], SHORT, [preloaded('guards-off/sinks.cjs')]),
};
