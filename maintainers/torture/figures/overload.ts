import { inParallel } from '../../../tools/in-parallel';
import type { Figure, Outcome, Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { openLoop, type OpenLoopResult } from '../rig/open-loop';
import { quantile, startShop, type RunningShop } from '../rig/running-shop';

const FACTORS = [3, 10];
const TARGET = { goodput: 0.9, p99Ms: 250, drainMs: 1_000 };
const CLIENTS = 32;
const MAX_OUTSTANDING = 1_000;
/** Time in which a process is asked for its liveness while it is overloaded. */
const PROBE_MS = 250;

interface Extent {
  readonly warmUp: number;
  /** Requests by which capacity is measured. */
  readonly requests: number;
  readonly seconds: number;
}

const WHOLE: Extent = { warmUp: 8_000, requests: 8_000, seconds: 30 };
const SHORT: Extent = { warmUp: 200, requests: 400, seconds: 3 };

/** As by default. */
const LIMITED = {
  MAX_REQUESTS_IN_PROGRESS: '60',
  MAX_EVENT_LOOP_LAG_MS: '250',
  DATABASE_POOL_QUEUE: '50',
};

/** Nothing is refused, and everything waits. */
const UNLIMITED = {
  MAX_REQUESTS_IN_PROGRESS: '0',
  MAX_EVENT_LOOP_LAG_MS: '0',
  DATABASE_POOL_QUEUE: '100000',
  DATABASE_ACQUIRE_TIMEOUT_MS: '600000',
};

interface Level extends OpenLoopResult {
  readonly factor: number;
  /** Successful requests per second, relative to the capacity. */
  readonly goodput: number;
  readonly p99Ms: number;
  readonly probes: number;
  readonly failedProbes: number;
}

async function measure(
  stage: Stage,
  extent: Extent,
  factors: readonly number[],
  settings: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const shop = await startShop(stage, { settings });
  await requestsInTurn(shop, extent.warmUp);
  const capacity = extent.requests / ((await requestsInTurn(shop, extent.requests)) / 1_000);
  const levels: Level[] = [];
  for (const factor of factors) {
    stage.signal.throwIfAborted();
    stage.report(`capacity ${capacity.toFixed(0)}/s; ${factor} x`);
    levels.push(await overload(shop, factor, capacity, extent.seconds));
  }
  const refused = levels.reduce((sum, { statuses }) => sum + (statuses[503] ?? 0), 0);
  const percent = ({ goodput }: Level) => `${(100 * goodput).toFixed(0)} %`;
  const each = (describe: (level: Level) => string) => levels.map(describe).join('; ');
  return {
    value: each(
      (level) =>
        `${level.factor} x: goodput ${percent(level)}, p99 ${level.p99Ms.toFixed(0)} ms, drain ${level.drainMs.toFixed(0)} ms`,
    ),
    wrong: [
      ...levels.flatMap(({ factor, statuses }) => {
        const others = Object.keys(statuses).filter((status) => !['200', '503'].includes(status));
        return others.map((status) => `${factor} x: ${statuses[status]} requests ended with ${status}`);
      }),
      ...levels
        .filter(({ failedProbes }) => failedProbes > 0)
        .map(({ factor, failedProbes }) => `${factor} x: ${failedProbes} liveness probes failed`),
      ...(refused === 0 ? ['nothing was refused'] : []),
    ],
    beyond: levels.flatMap((level) => [
      ...(level.goodput < TARGET.goodput ? [`${level.factor} x: goodput is ${percent(level)}`] : []),
      ...(level.p99Ms > TARGET.p99Ms ? [`${level.factor} x: p99 is ${level.p99Ms.toFixed(0)} ms`] : []),
      ...(level.drainMs > TARGET.drainMs ? [`${level.factor} x: it drains for ${level.drainMs.toFixed(0)} ms`] : []),
    ]),
    whole: extent === WHOLE,
    measured: { capacity, levels: levels.map(({ latencies: _, ...level }) => level) },
  };
}

/** Each client sends its next request after its response. @returns milliseconds */
async function requestsInTurn({ client, service, read }: RunningShop, count: number): Promise<number> {
  const startedAt = performance.now();
  const send = () => client.send(service.port, read);
  await inParallel(CLIENTS, Array.from({ length: count }, () => send).values());
  return performance.now() - startedAt;
}

async function overload(shop: RunningShop, factor: number, capacity: number, seconds: number): Promise<Level> {
  const { client, service, read } = shop;
  const live = requestText({ method: 'GET', path: '/health/live' });
  const probes: Promise<boolean>[] = [];
  const timer = setInterval(() => {
    const isLive = ({ status }: { status: number }) => status === 200;
    probes.push(client.send(service.port, live).then(isLive, () => false));
  }, PROBE_MS);
  const result = await openLoop({
    client,
    port: service.port,
    rate: capacity * factor,
    seconds,
    maxOutstanding: MAX_OUTSTANDING,
    request: () => read,
  });
  clearInterval(timer);
  const results = await Promise.all(probes);
  const inTime = result.latencies.length / (seconds + result.drainMs / 1_000);
  return {
    ...result,
    factor,
    goodput: inTime / capacity,
    p99Ms: quantile(result.latencies, 0.99),
    probes: results.length,
    failedProbes: results.filter((isLive) => !isLive).length,
  };
}

export const overloads: Figure = {
  number: 6,
  name: '3 x and 10 x overload',
  target: 'goodput at least 90 % of the capacity, p99 of the admitted at most 250 ms, drain at most 1 s',
  minutes: 5,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE, FACTORS, LIMITED),
  guard: 'a process refuses what exceeds its limits',
  control: (stage) => measure(stage, SHORT, [10], UNLIMITED),
};
