import type { AlertScenario, CaseOverride } from '../scenario';
import { statements, type Workload } from '../workload';
import { perSecond, selects, timeline, SOONER_WITH_TWO_INSTANCES } from './traffic';

const byTypeRate = perSecond(0.75);
export const slowVolumeByType: AlertScenario = {
  alert: 'SlowQueryVolumeByType',
  severity: 'info',
  labels: { query_type: 'SELECT' },
  forMinutes: 10,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 10),
  healthy: selects(450),
  bad: selects(450, { slow: 45 }),
  boundary: selects(450, { slow: 30 }),
  lowTraffic: selects(15, { slow: 15 }),
  overrides: SOONER_WITH_TWO_INSTANCES,
  extraJobs: {
    'spread-over-types': {
      fires: false,
      workload: statements({ SELECT: { perMinute: 450, slow: 25 }, INSERT: { perMinute: 450, slow: 25 } }),
    },
  },
  summary: (job) => `${job} has many slow SELECT statements`,
  description: (job, place) =>
    `${job}${place} runs ${byTypeRate(job)} slow SELECT statements per second (more than 0.5 per second for 10 minutes).`,
};

export const mixed = (select: number, insert: number, control = 0) =>
  statements({
    SELECT: { perMinute: select },
    INSERT: { perMinute: insert },
    ...(control > 0 && {
      BEGIN: { perMinute: control },
      COMMIT: { perMinute: control },
      ROLLBACK: { perMinute: control },
    }),
  });
const becoming = (before: Workload, after: Workload): CaseOverride => ({
  instances: [
    {
      phases: [
        { from: 0, workload: before },
        { from: 40, workload: after },
      ],
    },
  ],
});
export const unusualDistribution: AlertScenario = {
  alert: 'UnusualQueryDistribution',
  severity: 'info',
  labels: { query_type: 'SELECT' },
  forMinutes: 20,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 20, { onset: 40 }),
  healthy: mixed(45, 45),
  bad: mixed(81, 9),
  boundary: mixed(480, 120),
  lowTraffic: mixed(60, 0),
  overrides: {
    boundary: becoming(mixed(45, 45), mixed(480, 120)),
    'low-traffic': becoming(mixed(29, 29), mixed(58, 0)),
  },
  extraJobs: {
    // The ends of transactions are no part of the distribution, however many there are.
    'in-transactions': { fires: false, workload: mixed(45, 45, 90) },
  },
  summary: (job) => `Most queries of ${job} are SELECT`,
  description: (job, place) =>
    `90% of the queries of ${job}${place} are SELECT statements (more than 80 % for 20 minutes, and 20 % more than in the day before).`,
};

const slow = (select: number, insert: number) =>
  statements({ SELECT: { perMinute: 450, slow: select }, INSERT: { perMinute: 450, slow: insert } });
const volumeRate = perSecond(1.5);
export const highSlowVolume: AlertScenario = {
  alert: 'HighSlowQueryVolume',
  severity: 'warning',
  forMinutes: 15,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 15),
  healthy: slow(0, 0),
  bad: slow(45, 45),
  boundary: slow(30, 30),
  lowTraffic: selects(30, { slow: 30 }),
  overrides: SOONER_WITH_TWO_INSTANCES,
  summary: (job) => `${job} runs many slow queries`,
  description: (job, place) =>
    `${job}${place} runs ${volumeRate(job)} slow queries per second (more than 1 per second for 15 minutes).`,
};
