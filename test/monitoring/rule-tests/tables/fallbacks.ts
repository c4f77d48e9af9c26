import { changing, type TableTest } from '../table';
import { gauges, gaugeTests, JOB, type GaugeKind } from './gauges';

/** Three minutes without, and one with it, in turn. */
const comingAndGoing = (off: GaugeKind['bad'], on: GaugeKind['healthy']) =>
  changing({
    0: on,
    ...Object.fromEntries(
      [10, 14, 18, 22, 26].flatMap((minute) => [
        [minute, off],
        [minute + 3, on],
      ]),
    ),
  });

const fallbackTests = (alert: string, gauge: string, texts: Pick<GaugeKind, 'summary' | 'description'>) => {
  const used = (value: number) => gauges({ [`${gauge}{}`]: value });
  const [on, off] = [used(1), used(0)];
  return gaugeTests({
    alert,
    severity: 'warning',
    forMinutes: 10,
    delay: 5,
    healthy: on,
    boundary: used(0.5),
    bad: off,
    more: {
      'comes-and-goes': { instances: [comingAndGoing(off, on)], fires: 26.5, within: 1.5 },
      'restarts-for-nine-minutes': { instances: [changing({ 0: on, 10: off, 19: on })] },
      // An instance that was replaced is no longer without it.
      'replaced-meanwhile': { instances: [changing({ 0: on, 10: off, 18: 'gone' }), changing({ 18: on })] },
    },
    ...texts,
  });
};

export const fallbacksTests: readonly TableTest[] = [
  ...fallbackTests('ReplicaNotUsed', 'database_replica_used', {
    summary: `${JOB} does not read from its replica`,
    description:
      `Instances of ${JOB} for which the primary has served all reads for most of the last 10 minutes, because the replica ` +
      'fails or lags: 1.',
  }),
  ...fallbackTests('RateLimitNotShared', 'http_rate_limit_shared', {
    summary: `Instances of ${JOB} limit requests by themselves`,
    description:
      `Instances of ${JOB} that have counted requests by themselves for most of the last 10 minutes, because the store of ` +
      'the rate limit does not respond: 1. A caller may send more than its limit.',
  }),
];
