import type { AlertScenario } from '../scenario';
import { both, statements, type Observations } from '../workload';
import { GUARD, QUIET, selects, timeline } from './traffic';

// 10 (8) of 100 are beyond the last bound, and 5 of these 10 (3 of these 8) within the 95th percentile.
const SELECT_P95 = '375ms';
const WRITE_P95 = '687.5ms';

export const selectLatency: AlertScenario = {
  alert: 'SelectQueryLatencyHigh',
  severity: 'warning',
  labels: { query_type: 'SELECT' },
  forMinutes: 10,
  delay: 3,
  timeline: timeline(3, 10),
  well: selects(QUIET, { durations: { '0.05': QUIET } }),
  bad: selects(QUIET, { durations: { '0.25': QUIET * 0.9, '0.5': QUIET * 0.1 } }),
  boundary: selects(4800, { durations: { '0.25': 4500, '0.5': 300 } }),
  lowTraffic: statements({
    SELECT: { perMinute: GUARD, durations: { '0.5': GUARD } },
    INSERT: { perMinute: 600 },
  }),
  more: {
    'slow-writes': {
      fires: false,
      workload: statements({ SELECT: { perMinute: QUIET }, INSERT: { perMinute: QUIET, durations: { '1': QUIET } } }),
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
  timeline: timeline(3, 10),
  well: writes(QUIET, { '0.05': QUIET }),
  bad: writes(QUIET, { '0.5': QUIET * 0.92, '1': QUIET * 0.08 }),
  boundary: writes(4800, { '0.5': 4560, '1': 240 }),
  lowTraffic: both(writes(GUARD, { '1': GUARD }), selects(600)),
  more: {
    'slow-reads': {
      fires: false,
      workload: statements({
        INSERT: { perMinute: QUIET },
        UPDATE: { perMinute: QUIET },
        SELECT: { perMinute: QUIET, durations: { '1': QUIET } },
        DELETE: { perMinute: QUIET, durations: { '1': QUIET } },
      }),
    },
  },
  summary: (job) => `Writes of ${job} are slow`,
  description: (job, place) =>
    `The 95th percentile of the duration of the INSERT and UPDATE statements of ${job}${place} is ${WRITE_P95} ` +
    '(more than 500 ms for 10 minutes).',
};
