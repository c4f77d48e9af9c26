import { setTimeout as delay } from 'node:timers/promises';
import type { Figure, Outcome, Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { startShop } from '../rig/running-shop';

/** Milliseconds: a statement, and a connection. The client gives up on a server two seconds after the first. */
interface Limits {
  readonly statement: number;
  readonly acquire: number;
}

const DEFAULTS: Limits = { statement: 5_000, acquire: 3_000 };
const SHORT: Limits = { statement: 500, acquire: 1_000 };
const GRACE_MS = 2_000;
const TOLERANCE = 1.1;
/** More than the pool has connections, so that some requests wait for one. */
const WORKERS = 40;
const WARM_UP_MS = 1_000;
/** What has no response then, however busy the machine is, never gets one. */
const PATIENCE_MS = 30_000;

async function measure(
  stage: Stage,
  limits: Limits,
  settings: Readonly<Record<string, string>> = {},
  patienceMs = PATIENCE_MS,
): Promise<Outcome> {
  const shop = await startShop(stage, {
    settings: {
      DATABASE_STATEMENT_TIMEOUT_MS: String(limits.statement),
      DATABASE_ACQUIRE_TIMEOUT_MS: String(limits.acquire),
      ...settings,
    },
  });
  const limit = limits.statement + GRACE_MS + limits.acquire;
  let worst = 0;
  let silent = false;
  let working = true;
  const statuses = new Map<number, number>();
  const order = (key: string): string =>
    requestText({
      method: 'POST',
      path: '/api/v1/orders',
      token: shop.buyer,
      key,
      body: { lines: [{ sku: shop.shop.skus[0], quantity: 1 }] },
    });
  const worker = async (number: number): Promise<void> => {
    for (let turn = 0; working; turn += 1) {
      const text = turn % 2 === 0 ? shop.read : order(`${number}-${turn}`);
      const sentAt = performance.now();
      const { status } = await shop.client.send(shop.service.port, text);
      if (!silent) continue;
      worst = Math.max(worst, performance.now() - sentAt);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, number) => worker(number).catch(() => undefined));
  await delay(WARM_UP_MS);
  shop.network.goSilent();
  silent = true;
  stage.report(`nothing comes from the database; the documented limit is ${limit / 1_000} s`);
  await delay(limit);
  working = false;
  const allDone = Promise.all(workers).then(() => true);
  await Promise.race([allDone, delay(patienceMs, false, { ref: false })]);
  const hung = shop.client.outstanding;
  const responses = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  return {
    value:
      hung > 0
        ? `${hung} of ${WORKERS} clients had no response after ${(limit + patienceMs) / 1_000} s`
        : `${(worst / 1_000).toFixed(2)} s of ${limit / 1_000} s, ${responses} responses`,
    wrong: hung > 0 ? [`${hung} requests hung`] : [],
    beyond: worst > limit * TOLERANCE ? [`the worst request took ${worst.toFixed(0)} ms of ${limit} ms`] : [],
    whole: limits === DEFAULTS,
    measured: { limitMs: limit, worstMs: worst, hung, statuses: Object.fromEntries(statuses) },
  };
}

export const blackHole: Figure = {
  number: 5,
  name: 'worst latency in a black hole',
  target: 'the documented limit + 10 %',
  minutes: 2,
  run: (stage) => measure(stage, stage.short ? SHORT : DEFAULTS),
  guard: 'statements have a time-out',
  control: (stage) => measure(stage, SHORT, { DATABASE_STATEMENT_TIMEOUT_MS: '0' }, PATIENCE_MS / 6),
};
