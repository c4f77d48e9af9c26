import type { AlertScenario } from '../scenario';
import { times, type Workload } from '../workload';
import { perSecond, ABOVE_GUARD, selects, threeInFiveMinutes, timeline, SOONER_WITH_TWO_INSTANCES } from './traffic';

const timeoutRate = perSecond(0.015, 3);
export const queryTimeouts: AlertScenario = {
  alert: 'QueryTimeouts',
  severity: 'critical',
  forMinutes: 5,
  delay: 3,
  timeline: timeline(3, 5),
  healthy: selects(ABOVE_GUARD),
  bad: selects(ABOVE_GUARD, { timeouts: 0.9 }),
  boundary: selects(ABOVE_GUARD, { timeouts: 0.6 }),
  lowTraffic: selects(0.5, { timeouts: 0.3 }),
  overrides: {
    ...SOONER_WITH_TWO_INSTANCES,
    boundary: {
      instances: [threeInFiveMinutes(selects(ABOVE_GUARD, { timeouts: 3 }), selects(ABOVE_GUARD, { timeouts: 0 }))],
    },
  },
  summary: (job) => `Queries of ${job} time out`,
  description: (job, place) =>
    `The database cancels ${timeoutRate(job)} queries per second of ${job}${place} because they exceed the statement ` +
    'timeout (more than 0.01 per second for 5 minutes).',
};

// 90 per minute exceed the minimum rate of an hour ago, 60 per minute. "An hour ago" is 45 to 75 minutes ago.
const usualRate = selects(90);
const HOUR_AGO = { onset: 90 };
const spikeRate = perSecond(3.75);
export const rateSpike: AlertScenario = {
  alert: 'QueryRateSpike',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10, HOUR_AGO),
  healthy: usualRate,
  bad: selects(225),
  boundary: selects(180),
  lowTraffic: selects(600),
  overrides: {
    boundary: { instances: [changingTo(usualRate, selects(180))] },
    'low-traffic': { instances: [changingTo(selects(60), selects(600))] },
    // With ten times the traffic, the alert would be pending in the first minutes, before there is a full rate window.
    'two-namespaces': {
      instances: [
        { ...changingTo(usualRate, selects(225), usualRate), namespace: 'shop' },
        { phases: [{ from: 0, workload: usualRate }], namespace: 'staging' },
      ],
    },
  },
  summary: (job) => `${job} runs more than twice the queries of an hour ago`,
  description: (job, place) =>
    `For 10 minutes, ${job}${place} has run more than twice as many queries as an hour ago: ${spikeRate(job)} per second.`,
};

function changingTo(before: Workload, after: Workload, afterwards?: Workload) {
  const phases = [
    { from: 0, workload: before },
    { from: 90, workload: after },
    ...(afterwards ? [{ from: 105, workload: afterwards }] : []),
  ];
  return { phases };
}

export const rateDrop: AlertScenario = {
  alert: 'QueryRateDrop',
  severity: 'warning',
  forMinutes: 10,
  delay: 4,
  timeline: timeline(4, 10, { onset: 90, afterwards: 90 }),
  healthy: usualRate,
  bad: selects(36),
  boundary: selects(45),
  lowTraffic: selects(60),
  overrides: {
    boundary: { instances: [changingTo(usualRate, selects(45))] },
    'low-traffic': { instances: [changingTo(selects(60), times(0, selects(60)))] },
    idle: { fires: true, delay: 2 },
    vanished: {
      delay: 3,
      instances: [
        {
          phases: [
            { from: 0, workload: usualRate },
            { from: 90, workload: 'gone' },
          ],
        },
      ],
    },
  },
  summary: (job) => `${job} runs less than half the queries of an hour ago`,
  description: (job, place) => {
    const rate = job === 'idle' || job === 'vanished' ? '0.00' : perSecond(0.6)(job);
    return `For 10 minutes, ${job}${place} has run less than half as many queries as an hour ago: ${rate} per second.`;
  },
};
