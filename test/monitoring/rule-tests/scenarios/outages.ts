import type { AlertScenario } from '../scenario';
import { times, type Workload } from '../workload';
import { ABOVE_GUARD, selects, timeline } from './traffic';

const reporting = selects(ABOVE_GUARD);
export const metricsNotReporting: AlertScenario = {
  alert: 'DatabaseMetricsNotReporting',
  severity: 'critical',
  forMinutes: 5,
  delay: 0,
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
        { ...gapIn(reporting), namespace: 'shop' },
        { namespace: 'staging', phases: [{ from: 0, workload: reporting }] },
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
    `No instance of ${job}${place} has reported database metrics for 5 minutes, although one did within the last day. ` +
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

const queriesAndUp = (up: number, perMinute: number): Workload => ({ ...selects(perMinute), gauges: { 'up{}': up } });
const down: Workload = { ...queriesAndUp(0, 0), isScrapable: false };
export const scrapeDown: AlertScenario = {
  alert: 'DatabaseScrapeDown',
  severity: 'warning',
  forMinutes: 5,
  delay: 0,
  timeline: timeline(0, 5),
  healthy: queriesAndUp(1, ABOVE_GUARD),
  bad: down,
  // Down, but it never exported database metrics.
  boundary: { counters: {}, gauges: { 'up{}': 0 } },
  lowTraffic: queriesAndUp(1, 0),
  summary: (job) => `Prometheus cannot scrape instances of ${job}`,
  description: (job, place) =>
    `Instances of ${job}${place} that reported database metrics within the last hour and that Prometheus has not been ` +
    `able to scrape for 5 minutes: ${job === 'two-instances' ? 2 : 1}.`,
};
