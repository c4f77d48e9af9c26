import type { AlertScenario } from '../scenario';
import { histogram, type Observations, type Workload } from '../workload';
import { AT_GUARD, perSecond, ABOVE_GUARD, timeline, SOONER_WITH_TWO_INSTANCES } from './traffic';

const exhausted = (deadlock: number, serialization: number): Workload => ({
  counters: {
    'unit_of_work_retries_exhausted_total{reason="deadlock"}': deadlock,
    'unit_of_work_retries_exhausted_total{reason="serialization"}': serialization,
  },
});
const exhaustedRate = perSecond(0.015, 3);
export const retriesExhausted: AlertScenario = {
  alert: 'DatabaseTransactionRetriesExhausted',
  severity: 'warning',
  forMinutes: 5,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 5),
  healthy: exhausted(0, 0),
  bad: exhausted(0.3, 0.6),
  // 0.1 % below the threshold: in floating point, a rate does not meet it exactly.
  boundary: exhausted(0.6 * 0.999, 0),
  lowTraffic: exhausted(0.3, 0),
  overrides: SOONER_WITH_TWO_INSTANCES,
  summary: (job) => `Transactions of ${job} fail after their last retry`,
  description: (job, place) =>
    `${exhaustedRate(job)} transactions per second of ${job}${place} fail because every attempt conflicted with other ` +
    'transactions (more than 0.01 per second for 5 minutes).',
};

const idle = (perMinute: number, durations: Observations = { '0.05': perMinute }): Workload => ({
  counters: histogram('db_transaction_idle_seconds', durations),
});
export const transactionIdle: AlertScenario = {
  alert: 'DatabaseTransactionIdleHigh',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  clears: 2,
  timeline: timeline(3, 10),
  healthy: idle(ABOVE_GUARD),
  bad: idle(ABOVE_GUARD, { '1': ABOVE_GUARD * 0.9, '2.5': ABOVE_GUARD * 0.1 }),
  boundary: idle(4800, { '1': 4560, '2.5': 240 }),
  lowTraffic: idle(AT_GUARD, { '2.5': AT_GUARD }),
  summary: (job) => `Transactions of ${job} are idle for too long`,
  description: (job, place) =>
    `The 95th percentile of the time that a transaction of ${job}${place} spends without a running statement is 1.75s ` +
    '(more than 1 s for 10 minutes). Meanwhile it holds locks and a connection.',
};
