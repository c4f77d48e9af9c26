import { FaultyNetwork } from '../../../test/support/faulty-network';
import { BUYER } from '../../bench/http/scenarios';
import type { Figure, Outcome, Stage } from '../figure';
import { Postgres } from '../rig/postgres';
import { Service, startIssuer, tokenOf } from '../rig/service';
import { missing, Writers } from '../rig/writers';

const WHOLE = { writes: 10_000, failovers: 10 };
const SHORT = { writes: 100, failovers: 1 };
const MAX_RETURN_MS = 100;
const WORKERS = 8;
/** How long the standby receives nothing from the primary before that crashes. */
const SEPARATED_MS = 500;
const SEPARATED_WRITES = 20;

interface Failover {
  readonly lost: number;
  readonly acknowledged: number;
  /** Milliseconds from the end of the promotion to the first write that is acknowledged. */
  readonly returnMs: number;
}

/** A primary with a standby, under load: the primary loses its standby, then crashes, and the standby takes over. */
async function failOver(stage: Stage, writes: number, synchronous: boolean): Promise<Failover> {
  const primary = await Postgres.startWithShop(stage);
  await primary.stop();
  const standby = await primary.copy(stage);
  await primary.startAgain(synchronous ? { synchronous_standby_names: '*' } : {});
  const link = await FaultyNetwork.before(primary.adminUrl);
  stage.undo.add(() => link.close());
  await standby.startAsStandbyOf(link.url);
  await primary.until(`SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'`, 1);
  const network = await FaultyNetwork.before(primary.url);
  stage.undo.add(() => network.close());
  const issuer = await startIssuer(stage);
  const service = await Service.start(stage, { databaseUrl: network.url, issuer });
  const writers = new Writers({
    workers: WORKERS,
    token: await tokenOf(issuer, BUYER),
    skus: primary.shop.skus,
    port: () => service.port,
    repeats: true,
  });
  writers.start();
  await writers.acknowledges(writes);
  link.goSilent();
  // Without the guard, these are acknowledged; with it, none is.
  await writers.acknowledges(SEPARATED_WRITES, synchronous ? performance.now() + SEPARATED_MS : Infinity);
  network.goDown();
  await primary.crash();
  const acknowledged = writers.takeIds();
  network.leadTo(standby.url);
  network.comeBack();
  await standby.rows('SELECT pg_promote(true, 60)');
  const promotedAt = performance.now();
  await writers.acknowledges(1);
  const returnMs = performance.now() - promotedAt;
  await writers.acknowledges(WORKERS);
  await writers.stop();
  const all = [...acknowledged, ...writers.takeIds()];
  return { lost: await missing(standby, all), acknowledged: all.length, returnMs };
}

async function measure(stage: Stage, extent: typeof WHOLE, synchronous: boolean): Promise<Outcome> {
  const failovers: Failover[] = [];
  while (failovers.length < extent.failovers) {
    stage.signal.throwIfAborted();
    failovers.push(await failOver(stage, extent.writes / extent.failovers, synchronous));
    stage.report(`${failovers.length} failovers`);
  }
  const sum = (of: (one: Failover) => number) => failovers.reduce((total, one) => total + of(one), 0);
  const [lost, acknowledged] = [sum((one) => one.lost), sum((one) => one.acknowledged)];
  const slowest = Math.max(...failovers.map(({ returnMs }) => returnMs));
  return {
    value: `${lost} of ${acknowledged} lost in ${failovers.length} failovers, writes back after ${slowest.toFixed(0)} ms`,
    wrong: lost > 0 ? [`${lost} acknowledged writes are not on the new primary`] : [],
    beyond: slowest > MAX_RETURN_MS ? [`writes were back ${slowest.toFixed(0)} ms after the promotion`] : [],
    whole: acknowledged >= WHOLE.writes,
    measured: { failovers },
  };
}

export const failover: Figure = {
  number: 16,
  name: 'synchronous failover',
  target: `0 of 10,000 lost, writes back at most ${MAX_RETURN_MS} ms after the promotion`,
  minutes: 10,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE, true),
  guard: 'commits wait for the standby',
  control: (stage) => measure(stage, SHORT, false),
};
