import type { AlertScenario } from '../scenario';
import { perSecond, ABOVE_GUARD, selects, timeline, SOONER_WITH_TWO_INSTANCES } from './traffic';

const timeoutRate = perSecond(0.015, 3);
export const queryTimeouts: AlertScenario = {
  alert: 'QueryTimeouts',
  severity: 'critical',
  forMinutes: 5,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 5),
  healthy: selects(ABOVE_GUARD),
  bad: selects(ABOVE_GUARD, { timeouts: 0.9 }),
  // 0.1 % below the threshold: in floating point, a rate does not meet it exactly.
  boundary: selects(ABOVE_GUARD, { timeouts: 0.6 * 0.999 }),
  lowTraffic: selects(0.5, { timeouts: 0.3 }),
  overrides: SOONER_WITH_TWO_INSTANCES,
  summary: (job) => `Queries of ${job} time out`,
  description: (job, place) =>
    `The database cancels ${timeoutRate(job)} queries per second of ${job}${place} because they exceed the statement ` +
    'timeout (more than 0.01 per second for 5 minutes).',
};
