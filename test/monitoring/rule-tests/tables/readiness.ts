import { changing, type TableTest } from '../table';
import { gauges, gaugeTests, JOB } from './gauges';

const probe = (value: number) => gauges({ 'probe_success{}': value });
const [ready, notReady] = [probe(1), probe(0)];

/** From the tenth minute to the sixteenth, every second time. */
const everySecondTime = changing({
  0: ready,
  ...Object.fromEntries(Array.from({ length: 24 }, (_, index) => [10 + index / 4, index % 2 === 0 ? notReady : ready])),
});

export const readinessTests: readonly TableTest[] = gaugeTests({
  alert: 'ServiceNotReady',
  severity: 'critical',
  forMinutes: 1.5,
  delay: 0.5,
  healthy: ready,
  boundary: probe(0.75),
  bad: notReady,
  more: {
    'every-second-time': { instances: [everySecondTime], fires: 12, within: 1, ends: 21 },
    'one-of-two-addresses': { instances: [changing({ 0: ready }), changing({ 0: ready, 10: notReady })], fires: 12 },
    'an-address-was-removed': { instances: [changing({ 0: ready }), changing({ 0: ready, 10: 'gone' })] },
  },
  summary: `${JOB} is not ready`,
  description:
    `Addresses of ${JOB} at which no instance has said that it is ready for a minute and a half, or only from time to time: ` +
    '1. Clients get an error, or no response.',
});
