import { BAD_PLACE, HEALTHY_PLACES, type AlertScenario } from '../scenario';
import { times, type Workload } from '../workload';
import { ABOVE_GUARD, selects } from './traffic';

const reporting = selects(ABOVE_GUARD);
export const metricsNotReporting: AlertScenario = {
  alert: 'DatabaseMetricsNotReporting',
  severity: 'critical',
  forMinutes: 5,
  delay: 0,
  clears: 0,
  // A job that does not come back stops firing after a day.
  timeline: { onset: 10, recovery: 20, end: 1480 },
  healthy: reporting,
  bad: reporting,
  boundary: reporting,
  lowTraffic: times(0, reporting),
  overrides: {
    fires: { instances: [gapIn(reporting)] },
    'two-instances': { instances: [gapIn(reporting), gapIn(reporting)] },
    'two-namespaces': {
      instances: [
        { ...gapIn(reporting), ...BAD_PLACE },
        ...HEALTHY_PLACES.map((place) => ({ ...place, phases: [{ from: 0, workload: reporting }] })),
      ],
    },
    vanished: {
      instances: [
        {
          phases: [
            { from: 0, workload: reporting },
            { from: 10, workload: 'gone' },
          ],
        },
      ],
    },
    // One of two instances still reports.
    boundary: { instances: [{ phases: [{ from: 0, workload: reporting }] }, gapIn(reporting)] },
  },
  summary: (job) => `No instance of ${job} reports database metrics`,
  description: (job, place) =>
    `No instance of ${job}${place} has reported database metrics for 5 minutes, although one did within the last day, or before its targets were down. ` +
    'The service is down, or Prometheus cannot reach it.',
};

function gapIn(workload: Workload) {
  const phases = [
    { from: 0, workload },
    { from: 10, workload: 'gone' as const },
    { from: 20, workload },
  ];
  return { phases };
}
