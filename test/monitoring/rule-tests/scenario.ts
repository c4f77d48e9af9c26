import { counterValues, gaugeValues, type InputSeries, type Phase, type Sampling } from './series';
import { readObjectives } from '../../../tools/monitoring/objectives';
import { times, type Workload } from './workload';

const { links } = readObjectives();

/** The cases that every alert is tested for. Each is a job of that name; all jobs share one timeline. */
export const CASES = [
  'fires', // becomes bad, then recovers
  'two-instances', // both are bad, which gives one alert
  'two-namespaces', // the same job: bad in one namespace of one cluster; healthy, with ten times the traffic, in others
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
  /** How often the targets are scraped; 15 by default, as in production. */
  readonly sampleSeconds?: number;
  /** The rule's `for`. */
  readonly forMinutes: number;
  /** Minutes from the onset until the condition is true: a rate over 5 minutes reacts late. */
  readonly delay: number;
  /** Minutes from the recovery until the condition is false. */
  readonly clears: number;
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
  /** Another test has the texts. */
  readonly withoutTexts?: true;
  /** Labels besides job, namespace and severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: (job: string) => string;
  /** @param place follows the job's name: empty, or ` in` the namespace ` on` the cluster */
  readonly description: (job: string, place: string) => string;
}

export interface ExtraJob {
  /** From the onset to the recovery. */
  readonly workload: Workload;
  /** Healthy by default. */
  readonly afterwards?: Workload;
  readonly fires: boolean;
  /** As {@link AlertScenario.delay}. */
  readonly delay?: number;
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
  readonly cluster?: string;
  readonly phases: readonly InstancePhase[];
}

export interface InstancePhase {
  readonly from: number;
  readonly workload: Workload | 'gone';
  readonly restarts?: boolean;
}

export interface RuleTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: InputSeries[];
  readonly promql_expr_test: object[];
  readonly alert_rule_test: object[];
}

const ALWAYS_IDLE = 'always-idle';
/** Where the job of the case `two-namespaces` is bad, and where it is healthy. */
export const BAD_PLACE = { namespace: 'live', cluster: 'east' } as const;
export const HEALTHY_PLACES = [
  { ...BAD_PLACE, namespace: 'staging' },
  { ...BAD_PLACE, cluster: 'west' },
] as const;
type Place = { readonly namespace: string; readonly cluster: string };

/** Minutes for which an alert stays when its condition has become false. */
const KEPT: Readonly<Record<string, number>> = { critical: 5, warning: 15, info: 15 };

/** A promtool test with every case of one alert. */
export function ruleTest(scenario: AlertScenario): RuleTest {
  const { alert, timeline, forMinutes, sampleSeconds = 15 } = scenario;
  const sampling = { minutes: timeline.end, everySeconds: sampleSeconds };
  const jobs = jobsOf(scenario);
  const firing = jobs.filter(({ fires }) => fires);
  const trueAt = ({ delay = scenario.delay }: Job) => timeline.onset + delay;
  const expect = (expr: string, minute: number, expected: readonly Job[]) => ({
    expr,
    eval_time: `${minute}m`,
    exp_samples: expected.map(({ name, firesIn }) => ({ labels: labelsText({ ...firesIn, job: name }), value: 1 })),
  });
  const count = (state: string, more = '') =>
    `count by (cluster, namespace, job) (ALERTS{alertname="${alert}", alertstate="${state}"${more}})`;
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
  const over = timeline.recovery + scenario.clears + KEPT[scenario.severity]!;
  const recovering = firing.filter(({ name }) => name === 'fires');
  return {
    name: scenario.name ?? alert,
    interval: `${sampleSeconds}s`,
    input_series: jobs.flatMap(({ name, instances }) =>
      instances.flatMap((instance, index) => seriesOf(name, `${index + 1}`, instance, sampling)),
    ),
    promql_expr_test: [
      ...[...new Set(firesAt.flatMap((minute) => [minute - step, minute]))].flatMap(stateAt),
      // It stays for a while after its end, so that one that flaps is one alert.
      expect(count('firing', ', job="fires"'), over - step, recovering),
      expect(count('firing', ', job="fires"'), over + step, []),
      // 0 / 0 gives no ratio instead of NaN.
      expect(`{__name__=~"namespace_job.*:(ratio|share)_rate.+", job="${ALWAYS_IDLE}"}`, timeline.end, []),
      expect(`${count('firing')} or ${count('pending')}`, timeline.end, []),
      // All jobs that were at least pending at any time.
      expect(
        `group by (cluster, namespace, job) (max_over_time(ALERTS{alertname="${alert}"}[30d]))`,
        timeline.end,
        firing,
      ),
    ],
    alert_rule_test: scenario.withoutTexts
      ? []
      : [
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
  readonly firesIn?: Place;
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
        { ...BAD_PLACE, phases: becomesBad },
        ...HEALTHY_PLACES.map((place) => ({ ...place, phases: [{ from: 0, workload: times(10, healthy) }] })),
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
    ([name, { workload, afterwards = healthy, fires, delay }]) => ({
      name,
      fires,
      delay,
      instances: [{ phases: [becomesBad[0]!, { from: onset, workload }, { from: recovery, workload: afterwards }] }],
    }),
  );
  const jobs: Job[] = [
    ...CASES.map((name) => {
      const one = { ...defaults[name], ...scenario.overrides?.[name] };
      return { name, ...one, firesIn: name === 'two-namespaces' ? BAD_PLACE : undefined };
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

/** The series of one scrape target. */
export function seriesOf(
  job: string,
  instance: string,
  { namespace, cluster, phases }: Instance,
  sampling: Sampling,
): InputSeries[] {
  const names = (kind: 'counters' | 'gauges') =>
    new Set(phases.flatMap(({ workload }) => (workload === 'gone' ? [] : Object.keys(workload[kind] ?? {}))));
  const labels = { job, instance, ...(namespace ? { namespace } : {}), ...(cluster ? { cluster } : {}) };
  const target = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const full = (series: string) => {
    const [, name, own] = /^(\w+)\{(.*)\}$/.exec(series)!;
    return `${name}{${[...(own ? [own] : []), ...target].join(',')}}`;
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
      values: counterValues(of('counters', series), sampling),
    })),
    ...[...names('gauges')].map((series) => ({
      series: full(series),
      values: gaugeValues(of('gauges', series), sampling),
    })),
  ];
}

function expectedAlert(scenario: AlertScenario, { name, firesIn }: Job): object {
  const { alert, severity, labels, summary, description } = scenario;
  const query = `var-namespace=${firesIn?.namespace ?? ''}&var-job=${name}`;
  const cluster = firesIn ? `&var-cluster=${firesIn.cluster}` : '';
  return {
    exp_labels: { severity, job: name, ...firesIn, ...labels },
    exp_annotations: {
      summary: summary(name),
      description: description(name, firesIn ? ` in ${firesIn.namespace} on ${firesIn.cluster}` : ''),
      runbook_url: `${links.runbooks}/docs/runbooks/${alert}.md#${alert.toLowerCase()}`,
      dashboard_url: `${links.dashboards}/d/database-query-performance?${query}${cluster}`,
    },
  };
}

/** As in the expectations of promtool. */
export const labelsText = (labels: Readonly<Record<string, string>>) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;
