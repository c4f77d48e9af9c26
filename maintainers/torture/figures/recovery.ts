import { setTimeout as delay } from 'node:timers/promises';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { quantile, startShop, type RunningShop } from '../rig/running-shop';
import { preloaded } from '../rig/service';

const WHOLE = 50;
const LIMIT_MS = 250;
const OUTAGE_MS = 300;
const PAUSE_MS = 5;
/** A service that has not recovered by then never does. */
const GIVE_UP_MS = 15_000;
/** As many as the pool has connections. */
const CONCURRENT = 10;

async function measure(stage: Stage, outages: number, preload: readonly string[] = []): Promise<Outcome> {
  const shop = await startShop(stage, { preload });
  const recoveries: number[] = [];
  let recovered = 0;
  for (; recovered < outages && !isOver(stage); recovered += 1) {
    stage.signal.throwIfAborted();
    // All connections of the pool are in use when the outage begins.
    await Promise.all(Array.from({ length: CONCURRENT }, () => isServed(shop)));
    await (recovered % 2 === 0 ? outage(shop) : restart(shop));
    const took = await recovery(shop);
    if (took === undefined) break;
    recoveries.push(took);
    stage.report(`${recovered + 1} outages, the last one over after ${took.toFixed(0)} ms`);
  }
  const p99 = quantile(recoveries, 0.99);
  const gaveUp = recoveries.length < recovered + 1 && recovered < outages && !isOver(stage);
  return {
    value: gaveUp
      ? `not recovered ${GIVE_UP_MS / 1_000} s after outage ${recovered + 1}`
      : `p99 ${p99.toFixed(0)} ms of ${recoveries.length}`,
    wrong: gaveUp ? [`the service did not recover from outage ${recovered + 1}`] : [],
    beyond: p99 > LIMIT_MS ? [`p99 is ${p99.toFixed(0)} ms`] : [],
    whole: recoveries.length >= WHOLE,
    measured: { recoveriesMs: recoveries },
  };
}

/** The address leads nowhere. */
async function outage({ network }: RunningShop): Promise<void> {
  network.goDown();
  await delay(OUTAGE_MS);
  network.comeBack();
}

async function restart({ network, postgres }: RunningShop): Promise<void> {
  network.goDown();
  await postgres.crash();
  await postgres.startAgain();
  network.leadTo(postgres.url);
  network.comeBack();
}

/** @returns milliseconds until a request is served again */
async function recovery(shop: RunningShop): Promise<number | undefined> {
  const back = performance.now();
  while (performance.now() - back < GIVE_UP_MS) {
    if (await Promise.race([isServed(shop), delay(GIVE_UP_MS, false, { ref: false })])) return performance.now() - back;
    await delay(PAUSE_MS);
  }
  return undefined;
}

const isServed = ({ client, service, read }: RunningShop): Promise<boolean> =>
  client.send(service.port, read).then(
    ({ status }) => status === 200,
    () => false,
  );

export const recoveries: Figure = {
  number: 4,
  name: 'recovery after the database is back',
  target: `p99 of ${WHOLE} at most ${LIMIT_MS} ms`,
  minutes: 5,
  run: (stage) => measure(stage, stage.short ? 4 : WHOLE),
  guard: 'broken connections leave the pool',
  control: (stage) => measure(stage, 1, [preloaded('guards-off/broken-connections.cjs')]),
};
