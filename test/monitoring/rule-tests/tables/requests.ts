import { readObjectives } from '../../../../tools/monitoring/objectives';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableTest } from '../table';
import type { Workload } from '../workload';

const { requests } = readObjectives();
const SAMPLING = { sampleSeconds: 60, evaluationMinutes: 1 } as const;
const DURATION = 'http_request_duration_seconds';
const ROUTES = {
  read: 'method="GET",route="/a/:id"',
  write: 'method="POST",route="/a"',
  export: 'method="GET",route="/a/export"',
};
type Route = keyof typeof ROUTES;

interface Responses {
  readonly perMinute: number;
  readonly class?: '2xx' | '4xx' | '5xx';
  /** Slower than the objective. */
  readonly late?: number;
  readonly route?: Route;
}

const responses = (...all: readonly Responses[]): Workload => {
  const counters: Record<string, number> = {};
  for (const { perMinute, class: name = '2xx', late = 0, route = 'read' } of all) {
    const labels = `${ROUTES[route]},status_class="${name}"`;
    counters[`${DURATION}_bucket{${labels},le="${requests.latency.threshold}"}`] = perMinute - late;
    counters[`${DURATION}_count{${labels}}`] = perMinute;
  }
  return { counters };
};
const withoutBucket: Workload = { counters: { [`${DURATION}_count{${ROUTES.read},status_class="2xx"}`]: 600 } };
const refusing = (perMinute: number, reason: string): Workload => ({
  counters: { [`http_requests_refused_total{reason="${reason}"}`]: perMinute },
});

const BUSY = 600;
const healthy = responses({ perMinute: BUSY });
const during = (bad: Workload, before: Workload = healthy) => changing({ 0: before, 60: bad, 90: before });
const down = responses({ perMinute: BUSY, class: '5xx' });
const slow = responses({ perMinute: BUSY, late: BUSY });
/** For longer than a hiccup; then until the half hour has no bad ones. */
const OUTAGE = { fires: 64, ends: 125, within: 3 };

const outageTest = tableTest({
  ...SAMPLING,
  alert: 'RequestErrorBudgetBurnCritical',
  minutes: 130,
  jobs: {
    outage: { instances: [during(down)], ...OUTAGE },
    'two-instances': { instances: [during(down), during(down)], ...OUTAGE },
    'one-of-two': { instances: [changing({ 0: healthy }), during(down)], ...OUTAGE },
    [`outage-${ELSEWHERE}`]: { instances: inOnePlace(during(down), changing({ 0: healthy })), ...OUTAGE },
    'refuses-all': { instances: [during(refusing(BUSY, 'in_progress'))], ...OUTAGE },
    'one-route': {
      instances: [
        during(
          responses({ perMinute: BUSY }, { perMinute: 300, class: '5xx', route: 'write' }),
          responses({ perMinute: 900 }),
        ),
      ],
      ...OUTAGE,
    },
    // A request a minute: 30 have to fail first.
    'little-traffic': {
      instances: [changing({ 0: responses({ perMinute: 1 }), 60: responses({ perMinute: 1, class: '5xx' }) })],
      fires: 91,
      within: 3,
    },
    'mistakes-of-clients': { instances: [during(responses({ perMinute: BUSY, class: '4xx' }))] },
    'a-few-failures': { instances: [during(responses({ perMinute: BUSY }, { perMinute: 3, class: '5xx' }))] },
    'a-few-failures-without-traffic': {
      instances: [changing({ 0: responses(), 60: responses({ perMinute: 1, class: '5xx' }), 80: responses() })],
    },
    idle: { instances: [during(responses())] },
    // Their responses say so already.
    'refuses-an-export': { instances: [during(refusing(BUSY, 'exports'))] },
  },
});

const slowTest = tableTest({
  ...SAMPLING,
  alert: 'RequestLatencyBudgetBurnCritical',
  minutes: 135,
  jobs: {
    // 14.4 % of an hour, although the job has existed for just that. Newer versions of Prometheus see one sample less in a range, and end sooner.
    slow: { instances: [during(slow)], fires: 69, ends: 125, within: 5 },
    [`slow-${ELSEWHERE}`]: {
      instances: inOnePlace(during(slow), changing({ 0: healthy })),
      fires: 69,
      ends: 125,
      within: 5,
    },
    'slow-failures': {
      instances: [during(responses({ perMinute: BUSY }, { perMinute: BUSY, late: BUSY, class: '5xx' }))],
    },
    'long-exports': {
      instances: [during(responses({ perMinute: BUSY }, { perMinute: BUSY, late: BUSY, route: 'export' }))],
    },
    'a-few': { instances: [during(responses({ perMinute: BUSY, late: 30 }))] },
    'without-the-bucket-in-some': { instances: [changing({ 0: healthy }), changing({ 0: withoutBucket })] },
    healthy: { instances: [changing({ 0: healthy })] },
  },
});

export const requestTests: readonly TableTest[] = [outageTest, slowTest];
