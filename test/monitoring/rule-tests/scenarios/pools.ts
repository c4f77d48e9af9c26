import type { AlertScenario } from '../scenario';
import { histogram, pool, type Observations, type Workload } from '../workload';
import { AT_GUARD, ABOVE_GUARD, timeline } from './traffic';

const waits = (perMinute: number, durations: Observations = { '0.05': perMinute }): Workload => ({
  counters: histogram('db_pool_acquire_seconds', durations),
});

const REASONS = ['timeout', 'refused', 'queue_full', 'other'] as const;
type Reason = (typeof REASONS)[number];

/** Connections that callers asked for, and those that they did not get. */
const acquisitions = (perMinute: number, failed: Readonly<Partial<Record<Reason, number>>> = {}): Workload => {
  const failures = REASONS.map((reason) => [series(reason), failed[reason] ?? 0] as const);
  return { counters: { ...waits(perMinute).counters, ...Object.fromEntries(failures) } };
};
const series = (reason: Reason) => `db_pool_acquire_failures_total{reason="${reason}"}`;

export const poolExhausted: AlertScenario = {
  alert: 'DatabasePoolExhausted',
  severity: 'critical',
  forMinutes: 2,
  delay: 0,
  clears: 0,
  timeline: timeline(0, 2),
  healthy: pool({ active: 2, max: 10 }),
  bad: pool({ active: 10, max: 10, pending: 1 }),
  boundary: pool({ active: 10, max: 10, pending: 0 }),
  lowTraffic: pool({ active: 9, max: 10, pending: 3 }),
  summary: (job) => `${job} has no free database connection, and requests are waiting`,
  description: (job, place) =>
    `Pools of ${job}${place} whose connections have all been in use for 2 minutes while callers waited: ` +
    `${job === 'two-instances' ? 2 : 1}.`,
};

export const unreachable: AlertScenario = {
  alert: 'DatabaseUnreachable',
  severity: 'critical',
  forMinutes: 1,
  delay: 1,
  clears: 0,
  timeline: timeline(1, 1),
  healthy: acquisitions(600),
  bad: acquisitions(100, { refused: 40, timeout: 20, queue_full: 15 }),
  boundary: acquisitions(100, { refused: 50 }),
  // No caller asks for a connection.
  lowTraffic: acquisitions(0),
  extraJobs: {
    'some-refused': { fires: false, workload: acquisitions(100, { queue_full: 45 }) },
  },
  summary: (job) => `${job} gets no connections to its database`,
  description: (job, place) =>
    `75% of the attempts of ${job}${place} to get a database connection ` +
    'fail: refused, timed out, or with a full queue (more than 50 % for more than a minute).',
};

export const poolSaturated: AlertScenario = {
  alert: 'DatabasePoolSaturated',
  severity: 'warning',
  forMinutes: 10,
  delay: 0,
  clears: 0,
  timeline: timeline(0, 10),
  healthy: pool({ active: 2, max: 20 }),
  bad: pool({ active: 19, max: 20 }),
  boundary: pool({ active: 9, max: 10 }),
  lowTraffic: pool({ active: 1, max: 2 }),
  summary: (job) => `A connection pool of ${job} is almost full`,
  description: (job, place) =>
    `95% of the connections of a pool of ${job}${place} are in use (more than 90 % for 10 minutes).`,
};

export const poolAcquireSlow: AlertScenario = {
  alert: 'DatabasePoolAcquireSlow',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  clears: 2,
  timeline: timeline(3, 10),
  healthy: waits(ABOVE_GUARD),
  bad: waits(ABOVE_GUARD, { '0.1': ABOVE_GUARD * 0.9, '0.25': ABOVE_GUARD * 0.1 }),
  boundary: waits(4800, { '0.1': 4560, '0.25': 240 }),
  lowTraffic: waits(AT_GUARD, { '0.25': AT_GUARD }),
  summary: (job) => `${job} waits long for database connections`,
  description: (job, place) =>
    `The 95th percentile of the time that ${job}${place} waits for a connection is 175ms (more than 100 ms for 10 minutes).`,
};
