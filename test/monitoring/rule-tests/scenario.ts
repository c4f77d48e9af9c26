import { counterValues, gaugeValues, type InputSeries, type Phase } from './series';
import { times, type Workload } from './workload';

/** What every alert is tested for. A case is a job of that name, and all jobs live through the same time. */
export const CASES = [
  'fires', // goes bad, and then well again
  'two-instances', // both bad: one alert
  'two-namespaces', // the same job, bad in one namespace and well, with ten times the traffic, in another
  'vanished', // is bad, fires, and is gone
  'boundary', // exactly at the threshold
  'low-traffic', // as bad, with too little traffic to say so
  'idle', // stops doing anything
  'counter-reset', // restarts in place
  'deploy', // is replaced by other instances
] as const;
export type Case = (typeof CASES)[number];

/** Minutes of the test at which it matters. */
export interface Timeline {
  /** Bad from here on. */
  readonly onset: number;
  /** Well again from here on. */
  readonly recovery: number;
  readonly end: number;
}

export interface AlertScenario {
  readonly alert: string;
  /** Where an alert has several: which of them. */
  readonly name?: string;
  /** How often the rules of this test are evaluated; 1 unless told otherwise. */
  readonly evaluationMinutes?: number;
  /** The rule's `for`. */
  readonly forMinutes: number;
  /** From the onset until the condition is true: a rate over 5 minutes takes its time. */
  readonly delay: number;
  readonly timeline: Timeline;
  readonly well: Workload;
  readonly bad: Workload;
  readonly boundary: Workload;
  readonly lowTraffic: Workload;
  /** What is not as with every other alert: what some cases do, and whether they fire. */
  readonly differently?: Partial<Record<Case, Difference>>;
  /** What all jobs did before, when how long ago something was makes a difference. */
  readonly history?: { readonly workload: Workload; readonly until: number };
  /** More jobs that tell this alert from its neighbours. */
  readonly more?: Readonly<Record<string, Another>>;
  readonly severity: string;
  /** Labels besides job, namespace and severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: (job: string) => string;
  /** @param place how the text goes on after the job's name: empty, or ` in` and its namespace */
  readonly description: (job: string, place: string) => string;
}

export interface Another {
  /** From the onset to the recovery. */
  readonly workload: Workload;
  /** Well again unless told otherwise. */
  readonly afterwards?: Workload;
  readonly fires: boolean;
}

export interface Difference {
  readonly instances?: readonly Instance[];
  readonly fires?: boolean;
  /** As {@link AlertScenario.delay}. */
  readonly delay?: number;
}

/** One target of Prometheus: what it does, phase after phase. */
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

const NEVER_WORKED = 'never-worked';
const BAD_NAMESPACE = 'shop';
const WELL_NAMESPACE = 'staging';

/** One test of promtool: every case of one alert. */
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
      // Nothing divided by nothing is no ratio, not NaN.
      expect(`{__name__=~"job:.+:ratio_rate.+", job="${NEVER_WORKED}"}`, timeline.end, []),
      expect(`${count('firing')} or ${count('pending')}`, timeline.end, []),
      // Whoever was so much as pending at any time.
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
  /** The namespace in which it fires. */
  readonly firesIn?: string;
  readonly delay?: number;
}

function jobsOf(scenario: AlertScenario): Job[] {
  const { timeline, well, bad, boundary, lowTraffic } = scenario;
  const { onset, recovery } = timeline;
  const goesBad: readonly InstancePhase[] = [
    { from: 0, workload: well },
    { from: onset, workload: bad },
    { from: recovery, workload: well },
  ];
  const usual: Record<Case, Required<Pick<Difference, 'instances' | 'fires'>>> = {
    fires: { fires: true, instances: [{ phases: goesBad }] },
    'two-instances': { fires: true, instances: [{ phases: goesBad }, { phases: goesBad }] },
    'two-namespaces': {
      fires: true,
      instances: [
        { namespace: BAD_NAMESPACE, phases: goesBad },
        { namespace: WELL_NAMESPACE, phases: [{ from: 0, workload: times(10, well) }] },
      ],
    },
    vanished: {
      fires: true,
      instances: [{ phases: [goesBad[0]!, goesBad[1]!, { from: recovery, workload: 'gone' }] }],
    },
    boundary: { fires: false, instances: [{ phases: [{ from: 0, workload: boundary }] }] },
    'low-traffic': { fires: false, instances: [{ phases: [{ from: 0, workload: lowTraffic }] }] },
    idle: {
      fires: false,
      instances: [{ phases: [goesBad[0]!, { from: onset, workload: times(0, well) }] }],
    },
    'counter-reset': {
      fires: false,
      instances: [{ phases: [goesBad[0]!, { from: onset, workload: well, restarts: true }] }],
    },
    deploy: {
      fires: false,
      instances: [
        { phases: [goesBad[0]!, { from: onset, workload: 'gone' }] },
        { phases: [{ from: onset, workload: well }] },
      ],
    },
  };
  const more = Object.entries(scenario.more ?? {}).map(([name, { workload, afterwards = well, fires }]) => ({
    name,
    fires,
    instances: [{ phases: [goesBad[0]!, { from: onset, workload }, { from: recovery, workload: afterwards }] }],
  }));
  const jobs: Job[] = [
    ...CASES.map((name) => {
      const one = { ...usual[name], ...scenario.differently?.[name] };
      return { name, ...one, firesIn: name === 'two-namespaces' ? BAD_NAMESPACE : undefined };
    }),
    ...more,
  ];
  const withHistories = jobs.map((job) => ({
    ...job,
    instances: job.instances.map((one) => withHistory(one, scenario.history)),
  }));
  const neverWorked = { phases: [{ from: 0, workload: times(0, well) }] };
  return [...withHistories, { name: NEVER_WORKED, fires: false, instances: [neverWorked] }];
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
        workload === 'gone' || (kind === 'counters' && workload.answers === false)
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
