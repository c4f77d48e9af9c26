import type { AlertScenario } from '../scenario';
import { statements, type Observations, type Workload } from '../workload';
import { BOUNDARY, AT_GUARD, ABOVE_GUARD, selects, selectsInTransactions, spread, timeline } from './traffic';

export function slowRatio(
  alert: string,
  severity: string,
  forMinutes: number,
  ratio: { bad: number; boundary: number; percent: string; threshold: string },
): AlertScenario {
  return {
    alert,
    severity,
    forMinutes,
    delay: 4,
    clears: 1,
    timeline: timeline(4, forMinutes),
    healthy: selects(ABOVE_GUARD, { slow: 0 }),
    bad: selects(ABOVE_GUARD, { slow: ABOVE_GUARD * ratio.bad }),
    boundary: selects(BOUNDARY, { slow: BOUNDARY * ratio.boundary }),
    lowTraffic: selects(AT_GUARD, { slow: AT_GUARD }),
    extraJobs: {
      'in-transactions': {
        fires: true,
        workload: selectsInTransactions(ABOVE_GUARD, { slow: ABOVE_GUARD * ratio.bad }),
      },
      // Of the ends of transactions, this is no share.
      'slow-commits': {
        fires: false,
        workload: statements({
          SELECT: { perMinute: ABOVE_GUARD, slow: 0 },
          BEGIN: { perMinute: ABOVE_GUARD, slow: ABOVE_GUARD },
          COMMIT: { perMinute: ABOVE_GUARD, slow: ABOVE_GUARD },
          ROLLBACK: { perMinute: ABOVE_GUARD, slow: ABOVE_GUARD },
        }),
      },
    },
    summary: (job) => `More than ${ratio.threshold} % of the queries of ${job} are slow`,
    description: (job, place) =>
      `${ratio.percent} of the queries of ${job}${place} took more than 250 ms in the last 5 minutes ` +
      `(more than ${ratio.threshold} % for ${forMinutes} minutes).`,
  };
}

export function p99(
  alert: string,
  severity: string,
  forMinutes: number,
  text: { summary: string; value: string; threshold: string },
  bounds: { upTo: keyof Observations; above: keyof Observations },
): AlertScenario {
  return {
    alert,
    severity,
    forMinutes,
    delay: 3,
    clears: severity === 'warning' ? 2 : 1,
    timeline: timeline(3, forMinutes),
    healthy: selects(ABOVE_GUARD, { durations: { '0.05': ABOVE_GUARD } }),
    bad: selects(ABOVE_GUARD, { durations: spread(ABOVE_GUARD, 98, bounds.above) }),
    boundary: selects(6000, { durations: { [bounds.upTo]: 5940, [bounds.above]: 60 } }),
    lowTraffic: selects(AT_GUARD, { durations: { [bounds.above]: AT_GUARD } }),
    extraJobs: {
      'in-transactions': {
        fires: true,
        workload: selectsInTransactions(ABOVE_GUARD, { durations: spread(ABOVE_GUARD, 98, bounds.above) }),
      },
    },
    summary: (job) => `1 % of the queries of ${job} take more than ${text.summary}`,
    description: (job, place) =>
      `The 99th percentile of the query duration of ${job}${place} is ${text.value} ` +
      `(more than ${text.threshold} for ${forMinutes} minutes).`,
  };
}

const withoutConnection = (perMinute: number, share: number): Workload => {
  const { counters } = selects(perMinute * (1 - share));
  return {
    counters: {
      ...counters,
      'db_query_errors_total{query_type="CONNECT",error_class="connection"}': perMinute * share,
    },
  };
};

export function errorRatio(
  alert: string,
  severity: string,
  forMinutes: number,
  ratio: { bad: number; boundary: number; percent: string; threshold: string },
): AlertScenario {
  const ordinary = { unique: 3, constraint: 3, data: 3, cancelled: 3, serialization: 3, deadlock: 3 };
  return {
    alert,
    severity,
    forMinutes,
    delay: 4,
    clears: 1,
    timeline: timeline(4, forMinutes),
    healthy: selects(ABOVE_GUARD),
    bad: selects(ABOVE_GUARD, {
      errors: { connection: (ABOVE_GUARD * ratio.bad) / 3, other: (ABOVE_GUARD * ratio.bad * 2) / 3 },
    }),
    boundary: selects(BOUNDARY, { errors: { connection: BOUNDARY * ratio.boundary } }),
    lowTraffic: selects(AT_GUARD, { errors: { connection: AT_GUARD } }),
    extraJobs: {
      'ordinary-outcomes': { fires: false, workload: selects(ABOVE_GUARD, { errors: ordinary }) },
      // A statement that gets no connection does not count as a statement.
      unreachable: { fires: true, workload: withoutConnection(ABOVE_GUARD, ratio.bad) },
    },
    summary: (job) => `More than ${ratio.threshold} % of the queries of ${job} fail`,
    description: (job, place) =>
      `${ratio.percent} of the queries of ${job}${place} fail, not counting expected failures ` +
      `(more than ${ratio.threshold} % for ${forMinutes} minutes).`,
  };
}
