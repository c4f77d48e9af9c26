import { BUYER } from '../../bench/http/scenarios';
import { Balancer } from '../../../test/support/balancer';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { Postgres } from '../rig/postgres';
import { Service, startIssuer, tokenOf } from '../rig/service';
import { Writers } from '../rig/writers';

const WHOLE = { requests: 100_000, restarts: 20, workers: 20 };
const SHORT = { requests: 400, restarts: 2, workers: 4 };
/** Longer than the balancer needs to notice it. */
const DRAIN_MS = 3_000;

async function measure(stage: Stage, extent: typeof WHOLE, drainMs: number): Promise<Outcome> {
  const postgres = await Postgres.startWithShop(stage);
  const issuer = await startIssuer(stage);
  const settings = { SHUTDOWN_DRAIN_MS: String(drainMs) };
  const start = () => Service.start(stage, { databaseUrl: postgres.url, issuer, settings });
  const instances = [await start(), await start()];
  const balancer = new Balancer();
  stage.undo.add(() => balancer.stop());
  for (const { url } of instances) balancer.watch(url);
  const writers = new Writers({
    workers: extent.workers,
    token: await tokenOf(issuer, BUYER),
    skus: postgres.shop.skus,
    port: () => Number(new URL(balancer.choose()).port),
    repeats: false,
  });
  writers.start();
  let restarts = 0;
  const between = Math.ceil(extent.requests / extent.restarts / 2);
  while (restarts < extent.restarts && !isOver(stage)) {
    stage.signal.throwIfAborted();
    await writers.acknowledges(between, stage.deadline);
    const instance = instances[restarts % instances.length]!;
    await instance.stop();
    await writers.acknowledges(between, stage.deadline);
    await instance.startAgain();
    await balancer.includes(instance.url);
    restarts += 1;
    stage.report(`${restarts} restarts, ${writers.acknowledged} requests, ${writers.failed} failed`);
  }
  await writers.stop();
  const { acknowledged, failed, failures } = writers;
  const lost = acknowledged - (await postgres.count('SELECT count(*) FROM orders WHERE customer_id = $1', [BUYER]));
  return {
    value: `${failed} of ${acknowledged + failed} failed in ${restarts} restarts`,
    wrong: [
      ...(failed > 0 ? [`${failed} requests failed: ${JSON.stringify(Object.fromEntries(failures))}`] : []),
      ...(lost > 0 ? [`${lost} acknowledged orders are not stored`] : []),
    ],
    whole: restarts >= WHOLE.restarts && acknowledged >= WHOLE.requests,
    measured: { acknowledged, failed, restarts, lost, failures: Object.fromEntries(failures) },
  };
}

export const rollingRestarts: Figure = {
  number: 2,
  name: 'requests failed in rolling restarts of two instances',
  target: '0 of 100,000 in 20 restarts',
  minutes: 15,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE, DRAIN_MS),
  guard: 'an instance serves on while the balancer learns that it stops',
  control: (stage) => measure(stage, SHORT, 0),
};
