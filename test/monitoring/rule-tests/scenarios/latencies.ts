import type { AlertScenario } from '../scenario';
import { both, statements, type Observations } from '../workload';
import { AT_GUARD, ABOVE_GUARD, selects, timeline } from './traffic';

// Of 100 statements, 10 (8) are in the last bucket; 5 of these 10 (3 of these 8) are below the 95th percentile.
const SELECT_P95 = '375ms';
const WRITE_P95 = '687.5ms';

export const selectLatency: AlertScenario = {
  alert: 'SelectQueryLatencyHigh',
  severity: 'warning',
  labels: { query_type: 'SELECT' },
  forMinutes: 10,
  delay: 3,
  clears: 1,
  timeline: timeline(3, 10),
  healthy: selects(ABOVE_GUARD, { durations: { '0.05': ABOVE_GUARD } }),
  bad: selects(ABOVE_GUARD, { durations: { '0.25': ABOVE_GUARD * 0.9, '0.5': ABOVE_GUARD * 0.1 } }),
  boundary: selects(4800, { durations: { '0.25': 4500, '0.5': 300 } }),
  lowTraffic: statements({
    SELECT: { perMinute: AT_GUARD, durations: { '0.5': AT_GUARD } },
    INSERT: { perMinute: 600 },
  }),
  extraJobs: {
    'slow-writes': {
      fires: false,
      workload: statements({
        SELECT: { perMinute: ABOVE_GUARD },
        INSERT: { perMinute: ABOVE_GUARD, durations: { '1': ABOVE_GUARD } },
      }),
    },
  },
  summary: (job) => `Reads of ${job} are slow`,
  description: (job, place) =>
    `The 95th percentile of the duration of the SELECT statements of ${job}${place} is ${SELECT_P95} ` +
    '(more than 300 ms for 10 minutes).',
};

const writes = (perMinute: number, durations?: Observations) => {
  const half = (all?: Observations): Observations | undefined =>
    all && Object.fromEntries(Object.entries(all).map(([bound, count]) => [bound, count / 2]));
  const one = { perMinute: perMinute / 2, durations: half(durations) };
  return statements({ INSERT: one, UPDATE: one });
};
export const writeLatency: AlertScenario = {
  alert: 'InsertUpdateQueryLatencyHigh',
  severity: 'warning',
  forMinutes: 10,
  delay: 3,
  clears: 1,
  timeline: timeline(3, 10),
  healthy: writes(ABOVE_GUARD, { '0.05': ABOVE_GUARD }),
  bad: writes(ABOVE_GUARD, { '0.5': ABOVE_GUARD * 0.92, '1': ABOVE_GUARD * 0.08 }),
  boundary: writes(4800, { '0.5': 4560, '1': 240 }),
  lowTraffic: both(writes(AT_GUARD, { '1': AT_GUARD }), selects(600)),
  extraJobs: {
    'slow-reads': {
      fires: false,
      workload: statements({
        INSERT: { perMinute: ABOVE_GUARD },
        UPDATE: { perMinute: ABOVE_GUARD },
        SELECT: { perMinute: ABOVE_GUARD, durations: { '1': ABOVE_GUARD } },
        DELETE: { perMinute: ABOVE_GUARD, durations: { '1': ABOVE_GUARD } },
      }),
    },
  },
  summary: (job) => `Writes of ${job} are slow`,
  description: (job, place) =>
    `The 95th percentile of the duration of the INSERT and UPDATE statements of ${job}${place} is ${WRITE_P95} ` +
    '(more than 500 ms for 10 minutes).',
};
