import type { AlertScenario } from '../scenario';
import { times, type Workload } from '../workload';
import { QUIET, selects, timeline } from './traffic';

const here = selects(QUIET);
export const metricsNotReporting: AlertScenario = {
  alert: 'DatabaseMetricsNotReporting',
  severity: 'critical',
  forMinutes: 5,
  delay: 0,
  // Whoever never comes back is forgotten after an hour.
  timeline: { onset: 10, recovery: 17, end: 75 },
  well: here,
  bad: here,
  boundary: here,
  lowTraffic: times(0, here),
  differently: {
    fires: { instances: [gapIn(here)] },
    'two-instances': { instances: [gapIn(here), gapIn(here)] },
    'two-namespaces': {
      instances: [
        { ...gapIn(here), namespace: 'shop' },
        { namespace: 'staging', phases: [{ from: 0, workload: here }] },
      ],
    },
    vanished: {
      instances: [
        {
          phases: [
            { from: 0, workload: here },
            { from: 10, workload: 'gone' },
          ],
        },
      ],
    },
    // One of two instances is left.
    boundary: { instances: [{ phases: [{ from: 0, workload: here }] }, gapIn(here)] },
  },
  summary: (job) => `No instance of ${job} reports database metrics`,
  description: (job, place) =>
    `No instance of ${job}${place} has reported database metrics for 5 minutes, although one did within the last hour. ` +
    'The service is down, or Prometheus cannot reach it.',
};

function gapIn(workload: Workload) {
  const phases = [
    { from: 0, workload },
    { from: 10, workload: 'gone' as const },
    { from: 17, workload },
  ];
  return { phases };
}

const queriesAndUp = (up: number, perMinute: number): Workload => ({ ...selects(perMinute), gauges: { 'up{}': up } });
const down: Workload = { ...queriesAndUp(0, 0), answers: false };
export const scrapeDown: AlertScenario = {
  alert: 'DatabaseScrapeDown',
  severity: 'warning',
  forMinutes: 5,
  delay: 0,
  timeline: timeline(0, 5),
  well: queriesAndUp(1, QUIET),
  bad: down,
  // Down, but it never had database metrics.
  boundary: { counters: {}, gauges: { 'up{}': 0 } },
  lowTraffic: queriesAndUp(1, 0),
  summary: (job) => `Prometheus cannot scrape instances of ${job}`,
  description: (job, place) =>
    `Instances of ${job}${place} that reported database metrics within the last hour and that Prometheus has not been ` +
    `able to scrape for 5 minutes: ${job === 'two-instances' ? 2 : 1}.`,
};
