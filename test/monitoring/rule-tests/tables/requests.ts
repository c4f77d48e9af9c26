import { budgetOf, percent, readObjectives, seconds } from '../../../../tools/monitoring/objectives';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableTest } from '../table';
import type { Workload } from '../workload';

const { requests, window } = readObjectives();
const DAYS = Number.parseInt(window, 10);
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
const refusing = (perMinute: number, reason: string): Workload => ({
  counters: { [`http_requests_refused_total{reason="${reason}"}`]: perMinute },
});

const BUSY = 600;
const healthy = responses({ perMinute: BUSY });
const during = (bad: Workload, before: Workload = healthy) => changing({ 0: before, 60: bad, 90: before });
const down = responses({ perMinute: BUSY, class: '5xx' });
const slow = responses({ perMinute: BUSY, late: BUSY });
/** For two minutes; then until the half hour has no bad ones. */
const OUTAGE = { fires: 63, ends: 125, within: 3 };

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
      fires: 94,
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
    // 6 % of the time since the beginning. Newer versions of Prometheus see one sample less in a range, and end sooner.
    slow: { instances: [during(slow)], fires: 66, ends: 125, within: 5 },
    [`slow-${ELSEWHERE}`]: {
      instances: inOnePlace(during(slow), changing({ 0: healthy })),
      fires: 66,
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
    healthy: { instances: [changing({ 0: healthy })] },
  },
});

/** A job that has always been bad: any range has the same share. */
function text(kind: 'Error' | 'Latency', level: 'Critical' | 'Warning'): TableTest {
  const { objective, what, goal, bad } =
    kind === 'Error'
      ? {
          objective: requests.errors,
          what: 'failed',
          goal: `${percent(requests.errors.objective)} without a failure`,
          bad: (many: number) => responses({ perMinute: BUSY - many }, { perMinute: many, class: '5xx' }),
        }
      : {
          objective: requests.latency,
          what: `took more than ${seconds(requests.latency.threshold)}`,
          goal: `${percent(requests.latency.objective)} within ${seconds(requests.latency.threshold)}`,
          bad: (many: number) => responses({ perMinute: BUSY, late: many }),
        };
  const share = 20 * budgetOf(objective);
  const isPage = level === 'Critical';
  const job = 'always';
  return tableTest({
    ...SAMPLING,
    alert: `Request${kind}BudgetBurn${level}`,
    minutes: 60,
    jobs: { [job]: { instances: [changing({ 0: bad(share * BUSY) })], fires: isPage ? 10 : 25, within: 10 } },
    text: {
      job,
      severity: level.toLowerCase(),
      summary: isPage
        ? `${job} will spend its request ${kind.toLowerCase()} budget in ${DAYS / 6} days or less`
        : `${job} spends its request ${kind.toLowerCase()} budget too fast`,
      description:
        `Over the last ${isPage ? 'hour or six hours' : 'day or three days'}, ${Math.round(100 * share)}% of the requests of ` +
        `${job} ${what}. At this rate the ${DAYS}-day budget (${goal}) ` +
        `${isPage ? `is spent in ${DAYS / 6} days or less` : 'will not last'}. Look for an alert about the database of the ` +
        'same job: it may be the cause.',
    },
  });
}

export const requestTests: readonly TableTest[] = [
  outageTest,
  slowTest,
  ...(['Error', 'Latency'] as const).flatMap((kind) => [text(kind, 'Critical'), text(kind, 'Warning')]),
];
