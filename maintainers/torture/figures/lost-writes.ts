import { setTimeout as delay } from 'node:timers/promises';
import { BUYER } from '../../bench/http/scenarios';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { startShop, type RunningShop } from '../rig/running-shop';
import { missing, Writers } from '../rig/writers';

const WHOLE = { writes: 1_000_000, faults: 200 };
const WORKERS = 8;
/** The service gives up on a silent server after 2.5 s, and on a connection after one. */
const LIMITS = { DATABASE_STATEMENT_TIMEOUT_MS: '500', DATABASE_ACQUIRE_TIMEOUT_MS: '1000' };
const SILENCE_MS = 3_000;

type Fault = (shop: RunningShop) => Promise<unknown>;

const faults: Readonly<Record<string, Fault>> = {
  'backends killed': ({ postgres }) =>
    postgres.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'`),
  'server stopped immediately': async ({ postgres, network }) => {
    await postgres.crash();
    await postgres.startAgain();
    network.leadTo(postgres.url);
  },
  'connections reset': async ({ network }) => {
    network.goDown();
    network.comeBack();
  },
  'black hole': async ({ network }) => {
    network.goSilent();
    await delay(SILENCE_MS);
    network.comeBack();
  },
  'responses to COMMIT lost': async ({ network }) => {
    network.loseCommits('cut');
    await delay(200);
    network.comeBack();
  },
  'service killed': async ({ service }) => {
    service.kill();
    await service.startAgain();
  },
};

interface Extent {
  readonly writes: number;
  readonly faults: number;
}

async function measure(stage: Stage, extent: Extent, plan: readonly string[], server = {}): Promise<Outcome> {
  const running = await startShop(stage, { settings: LIMITS, server });
  const { postgres, service, shop, buyer } = running;
  const writers = new Writers({
    workers: WORKERS,
    token: buyer,
    skus: shop.skus,
    port: () => service.port,
    repeats: true,
  });
  const perRound = Math.ceil(extent.writes / extent.faults);
  const sliceMs = Math.max(0, stage.deadline - performance.now()) / extent.faults;
  let lost = 0;
  let survived = 0;
  const check = async (): Promise<void> => {
    lost += await missing(postgres, writers.takeIds());
    stage.report(`${survived} faults, ${writers.acknowledged} writes acknowledged, ${lost} lost`);
  };
  writers.start();
  while (survived < extent.faults && !isOver(stage)) {
    stage.signal.throwIfAborted();
    await writers.acknowledges(perRound, performance.now() + sliceMs);
    await faults[plan[survived % plan.length]!]!(running);
    // The next write that is acknowledged shows that the service has recovered.
    await writers.acknowledges(WORKERS);
    survived += 1;
    await check();
  }
  await writers.stop();
  await check();

  const stored = await postgres.count('SELECT count(*) FROM orders WHERE customer_id = $1', [BUYER]);
  const surplus = stored - (writers.acknowledged - lost);
  const { acknowledged, failures } = writers;
  return {
    value: `${lost} of ${acknowledged} lost, ${surplus} made twice, over ${survived} faults`,
    wrong: [
      ...(lost > 0 ? [`${lost} acknowledged writes were lost`] : []),
      ...(surplus !== 0 ? [`${stored} orders are stored, ${acknowledged - lost} of them acknowledged`] : []),
      ...(survived < Math.min(extent.faults, plan.length) ? [`only ${survived} faults in the time`] : []),
    ],
    whole: survived >= WHOLE.faults && acknowledged >= WHOLE.writes,
    measured: { lost, acknowledged, surplus, faults: survived, plan, failures: Object.fromEntries(failures) },
  };
}

export const lostWrites: Figure = {
  number: 1,
  name: 'acknowledged writes lost',
  target: '0 of 1,000,000 over 200 faults',
  minutes: 60,
  run: (stage) => measure(stage, stage.short ? { writes: 600, faults: 6 } : WHOLE, Object.keys(faults)),
  guard: 'commits wait for the write-ahead log',
  control: (stage) =>
    measure(stage, { writes: 400, faults: 1 }, ['server stopped immediately'], {
      synchronous_commit: 'off',
      // The longest that there is: what has been committed meanwhile is lost.
      wal_writer_delay: '10s',
    }),
};
