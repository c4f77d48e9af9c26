import { counterValues, gaugeValues, type InputSeries, type Phase } from './series';
import { times, type Workload } from './workload';

/** The cases that every alert is tested for. Each is a job of that name; all jobs share one timeline. */
export const CASES = [
  'fires', // becomes bad, then recovers
  'two-instances', // both are bad, which gives one alert
  'two-namespaces', // the same job: bad in one namespace; healthy, with ten times the traffic, in another
  'vanished', // becomes bad, fires and disappears
  'boundary', // exactly at the threshold
  'low-traffic', // as bad, with too little traffic for an alert
  'idle', // stops all work
  'counter-reset', // restarts in place
  'deploy', // is replaced by other instances
] as const;
export type Case = (typeof CASES)[number];

/** In minutes from the start of the test. */
export interface Timeline {
  /** Bad from this minute on. */
  readonly onset: number;
  /** Healthy again from this minute on. */
  readonly recovery: number;
  readonly end: number;
}

export interface AlertScenario {
  readonly alert: string;
  /** The name of the test, if an alert has several. */
  readonly name?: string;
  /** How often the rules are evaluated; 1 by default. */
  readonly evaluationMinutes?: number;
  /** The rule's `for`. */
  readonly forMinutes: number;
  /** Minutes from the onset until the condition is true: a rate over 5 minutes reacts late. */
  readonly delay: number;
  readonly timeline: Timeline;
  readonly healthy: Workload;
  readonly bad: Workload;
  readonly boundary: Workload;
  readonly lowTraffic: Workload;
  /** Cases that differ from the default: what the job does, and whether the alert fires. */
  readonly overrides?: Partial<Record<Case, CaseOverride>>;
  /** What all jobs did before the test, for alerts that look far back. */
  readonly history?: { readonly workload: Workload; readonly until: number };
  /** Jobs that distinguish this alert from similar ones. */
  readonly extraJobs?: Readonly<Record<string, ExtraJob>>;
  readonly severity: string;
  /** Labels besides job, namespace and severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: (job: string) => string;
  /** @param place follows the job's name: empty, or ` in` and the namespace */
  readonly description: (job: string, place: string) => string;
}

export interface ExtraJob {
  /** From the onset to the recovery. */
  readonly workload: Workload;
  /** Healthy by default. */
  readonly afterwards?: Workload;
  readonly fires: boolean;
}

export interface CaseOverride {
  readonly instances?: readonly Instance[];
  readonly fires?: boolean;
  /** As {@link AlertScenario.delay}. */
  readonly delay?: number;
}

/** One scrape target, and what it does in each phase. */
export interface Instance {
  readonly namespace?: string;
  readonly phases: readonly InstancePhase[];
}

interface InstancePhase {
  readonly from: number;
  readonly workload: Workload | 'gone';
  readonly restarts?: boolean;
}

export interface RuleTest {
  readonly name: string;
  readonly interval: '1m';
  readonly input_series: InputSeries[];
  readonly promql_expr_test: object[];
  readonly alert_rule_test: object[];
}

const ALWAYS_IDLE = 'always-idle';
const BAD_NAMESPACE = 'shop';
const HEALTHY_NAMESPACE = 'staging';

/** A promtool test with every case of one alert. */
export function ruleTest(scenario: AlertScenario): RuleTest {
  const { alert, timeline, forMinutes } = scenario;
  const jobs = jobsOf(scenario);
  const firing = jobs.filter(({ fires }) => fires);
  const trueAt = ({ delay = scenario.delay }: Job) => timeline.onset + delay;
  const expect = (expr: string, minute: number, expected: readonly Job[]) => ({
    expr,
    eval_time: `${minute}m`,
    exp_samples: expected.map(({ name, firesIn }) => ({ labels: labelsText(name, firesIn), value: 1 })),
  });
  const count = (state: string) => `count by (namespace, job) (ALERTS{alertname="${alert}", alertstate="${state}"})`;
  const stateAt = (minute: number) => [
    expect(
      count('pending'),
      minute,
      firing.filter((job) => trueAt(job) <= minute && minute < trueAt(job) + forMinutes),
    ),
    expect(
      count('firing'),
      minute,
      firing.filter((job) => trueAt(job) + forMinutes <= minute),
    ),
  ];
  const firesAt = [...new Set(firing.map((job) => trueAt(job) + forMinutes))].sort((a, b) => a - b);
  const step = scenario.evaluationMinutes ?? 1;
  return {
    name: scenario.name ?? alert,
    interval: '1m',
    input_series: jobs.flatMap(({ name, instances }) =>
      instances.flatMap((instance, index) => seriesOf(name, `${index + 1}`, instance, timeline.end)),
    ),
    promql_expr_test: [
      ...[...new Set(firesAt.flatMap((minute) => [minute - step, minute]))].flatMap(stateAt),
      // 0 / 0 gives no ratio instead of NaN.
      expect(`{__name__=~"job:.+:ratio_rate.+", job="${ALWAYS_IDLE}"}`, timeline.end, []),
      expect(`${count('firing')} or ${count('pending')}`, timeline.end, []),
      // All jobs that were at least pending at any time.
      expect(`group by (namespace, job) (max_over_time(ALERTS{alertname="${alert}"}[30d]))`, timeline.end, firing),
    ],
    alert_rule_test: [
      {
        eval_time: `${firesAt.at(-1)}m`,
        alertname: alert,
        exp_alerts: firing.map((job) => expectedAlert(scenario, job)),
      },
    ],
  };
}

interface Job {
  readonly name: string;
  readonly instances: readonly Instance[];
  readonly fires: boolean;
  /** The namespace in which the alert fires. */
  readonly firesIn?: string;
  readonly delay?: number;
}

function jobsOf(scenario: AlertScenario): Job[] {
  const { timeline, healthy, bad, boundary, lowTraffic } = scenario;
  const { onset, recovery } = timeline;
  const becomesBad: readonly InstancePhase[] = [
    { from: 0, workload: healthy },
    { from: onset, workload: bad },
    { from: recovery, workload: healthy },
  ];
  const defaults: Record<Case, Required<Pick<CaseOverride, 'instances' | 'fires'>>> = {
    fires: { fires: true, instances: [{ phases: becomesBad }] },
    'two-instances': { fires: true, instances: [{ phases: becomesBad }, { phases: becomesBad }] },
    'two-namespaces': {
      fires: true,
      instances: [
        { namespace: BAD_NAMESPACE, phases: becomesBad },
        { namespace: HEALTHY_NAMESPACE, phases: [{ from: 0, workload: times(10, healthy) }] },
      ],
    },
    vanished: {
      fires: true,
      instances: [{ phases: [becomesBad[0]!, becomesBad[1]!, { from: recovery, workload: 'gone' }] }],
    },
    boundary: { fires: false, instances: [{ phases: [{ from: 0, workload: boundary }] }] },
    'low-traffic': { fires: false, instances: [{ phases: [{ from: 0, workload: lowTraffic }] }] },
    idle: {
      fires: false,
      instances: [{ phases: [becomesBad[0]!, { from: onset, workload: times(0, healthy) }] }],
    },
    'counter-reset': {
      fires: false,
      instances: [{ phases: [becomesBad[0]!, { from: onset, workload: healthy, restarts: true }] }],
    },
    deploy: {
      fires: false,
      instances: [
        { phases: [becomesBad[0]!, { from: onset, workload: 'gone' }] },
        { phases: [{ from: onset, workload: healthy }] },
      ],
    },
  };
  const extraJobs = Object.entries(scenario.extraJobs ?? {}).map(
    ([name, { workload, afterwards = healthy, fires }]) => ({
      name,
      fires,
      instances: [{ phases: [becomesBad[0]!, { from: onset, workload }, { from: recovery, workload: afterwards }] }],
    }),
  );
  const jobs: Job[] = [
    ...CASES.map((name) => {
      const one = { ...defaults[name], ...scenario.overrides?.[name] };
      return { name, ...one, firesIn: name === 'two-namespaces' ? BAD_NAMESPACE : undefined };
    }),
    ...extraJobs,
  ];
  const withHistories = jobs.map((job) => ({
    ...job,
    instances: job.instances.map((one) => withHistory(one, scenario.history)),
  }));
  const alwaysIdle = { phases: [{ from: 0, workload: times(0, healthy) }] };
  return [...withHistories, { name: ALWAYS_IDLE, fires: false, instances: [alwaysIdle] }];
}

function withHistory(instance: Instance, history: AlertScenario['history']): Instance {
  const [first, ...rest] = instance.phases;
  if (!history || first?.from !== 0) return instance;
  const before = { from: 0, workload: history.workload };
  return { ...instance, phases: [before, { ...first, from: history.until }, ...rest] };
}

function seriesOf(job: string, instance: string, { namespace, phases }: Instance, end: number): InputSeries[] {
  const names = (kind: 'counters' | 'gauges') =>
    new Set(phases.flatMap(({ workload }) => (workload === 'gone' ? [] : Object.keys(workload[kind] ?? {}))));
  const target = [`job="${job}"`, `instance="${instance}"`, ...(namespace ? [`namespace="${namespace}"`] : [])];
  const full = (series: string) => {
    const [, name, labels] = /^(\w+)\{(.*)\}$/.exec(series)!;
    return `${name}{${[...(labels ? [labels] : []), ...target].join(',')}}`;
  };
  const of = (kind: 'counters' | 'gauges', series: string): Phase[] =>
    phases.map(({ from, workload, restarts }) => ({
      from,
      restarts,
      value:
        workload === 'gone' || (kind === 'counters' && workload.isScrapable === false)
          ? 'gone'
          : (workload[kind]?.[series] ?? 0),
    }));
  return [
    ...[...names('counters')].map((series) => ({
      series: full(series),
      values: counterValues(of('counters', series), end),
    })),
    ...[...names('gauges')].map((series) => ({ series: full(series), values: gaugeValues(of('gauges', series), end) })),
  ];
}

function expectedAlert(scenario: AlertScenario, { name, firesIn }: Job): object {
  const { alert, severity, labels, summary, description } = scenario;
  const query = `var-namespace=${firesIn ?? ''}&var-job=${name}`;
  return {
    exp_labels: { severity, job: name, ...(firesIn ? { namespace: firesIn } : {}), ...labels },
    exp_annotations: {
      summary: summary(name),
      description: description(name, firesIn ? ` in ${firesIn}` : ''),
      runbook_url: `https://runbooks.example.com/docs/runbooks/${alert}.md#${alert.toLowerCase()}`,
      dashboard_url: `https://grafana.example.com/d/database-query-performance?${query}`,
    },
  };
}

function labelsText(job: string, namespace?: string): string {
  return `{job="${job}"${namespace ? `, namespace="${namespace}"` : ''}}`;
}
