import { BAD_PLACE, HEALTHY_PLACES, labelsText, seriesOf, type Instance, type InstancePhase } from './scenario';
import type { InputSeries } from './series';
import type { Workload } from './workload';

/** What a job does, and when its alert fires. In minutes from the start of the test. */
export interface TableJob {
  readonly instances: readonly Instance[];
  /** Undefined: never. */
  readonly fires?: number;
  /** Undefined: not before the end of the test. */
  readonly ends?: number;
  /** How exact both are. Versions of Prometheus differ by one sample: some ranges include their first instant. */
  readonly within?: number;
  /** It fires in these minutes, too. */
  readonly staysAt?: readonly number[];
}

export interface AlertTable {
  readonly alert: string;
  readonly minutes: number;
  /** What fires before is not looked at. Default: 0 */
  readonly since?: number;
  readonly sampleSeconds: number;
  readonly evaluationMinutes: number;
  readonly jobs: Readonly<Record<string, TableJob>>;
  /** The complete alert of one job, when it fires. */
  readonly text?: {
    readonly job: string;
    readonly severity: string;
    readonly labels?: Readonly<Record<string, string>>;
    /** Of the dashboard, for the job. Default: job */
    readonly variable?: 'job' | 'server';
    readonly summary: string;
    readonly description: string;
  };
}

export interface TableTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly InputSeries[];
  readonly promql_expr_test: readonly object[];
  readonly alert_rule_test: readonly object[];
}

/** The phases of one instance, by the minute in which each begins. */
export const changing = (phases: Readonly<Record<number, Workload | 'gone'>>): Instance => ({
  phases: Object.entries(phases)
    .map(([minute, workload]): InstancePhase => ({ from: Number(minute), workload }))
    .sort((a, b) => a.from - b.from),
});

/** The name of a job that is bad in one namespace of one cluster, and healthy in others. */
export const ELSEWHERE = 'in-one-place';
export const inOnePlace = (bad: Instance, healthy: Instance): readonly Instance[] => [
  { ...bad, ...BAD_PLACE },
  ...HEALTHY_PLACES.map((place) => ({ ...healthy, ...place })),
];

/** A promtool test with the jobs of one alert. */
export function tableTest(table: AlertTable): TableTest {
  const { alert, jobs, minutes, since = 0, sampleSeconds, evaluationMinutes, text } = table;
  const firing = Object.entries(jobs).filter(([, { fires }]) => fires !== undefined);
  const expect = (expr: string, minute: number, expected: readonly string[]) => ({
    expr,
    eval_time: `${minute * 60}s`,
    exp_samples: expected.map((job) => ({ labels: labelsText(placeOf(job)), value: 1 })),
  });
  const isFiring = (job: string, minute: number, expected: boolean) =>
    expect(
      `count by (cluster, namespace, job) (ALERTS{alertname="${alert}", alertstate="firing", job="${job}"})`,
      minute,
      expected ? [job] : [],
    );
  const changesOf = ([job, { fires, ends, within = 2 * evaluationMinutes, staysAt = [] }]: readonly [
    string,
    TableJob,
  ]) => [
    isFiring(job, fires! - within, false),
    isFiring(job, fires! + within, true),
    ...staysAt.map((minute) => isFiring(job, minute, true)),
    ...(ends === undefined ? [] : [isFiring(job, ends - within, true), isFiring(job, ends + within, false)]),
  ];
  return {
    name: alert,
    interval: `${sampleSeconds}s`,
    input_series: Object.entries(jobs).flatMap(([job, { instances }]) =>
      instances.flatMap((instance, index) =>
        seriesOf(job, `${index + 1}`, instance, { minutes, everySeconds: sampleSeconds }),
      ),
    ),
    promql_expr_test: [
      ...firing.flatMap(changesOf),
      expect(
        `group by (cluster, namespace, job) (max_over_time(ALERTS{alertname="${alert}", alertstate="firing"}[${minutes - since}m]))`,
        minutes,
        firing.map(([job]) => job),
      ),
    ],
    alert_rule_test: text ? [complete(table, text)] : [],
  };
}

const placeOf = (job: string) => ({ ...(job.endsWith(ELSEWHERE) ? BAD_PLACE : {}), job });

/** In a test of one job only: promtool wants all alerts of that name. */
function complete(
  { alert, jobs }: AlertTable,
  { job, severity, labels, variable = 'job', summary, description }: NonNullable<AlertTable['text']>,
) {
  return {
    eval_time: `${(jobs[job]!.fires! + (jobs[job]!.within ?? 2)) * 60}s`,
    alertname: alert,
    exp_alerts: [
      {
        exp_labels: { severity, job, ...labels },
        exp_annotations: {
          summary,
          description,
          runbook_url: `https://runbooks.example.com/docs/runbooks/${alert}.md#${alert.toLowerCase()}`,
          dashboard_url: `https://grafana.example.com/d/database-query-performance?var-namespace=&var-${variable}=${job}`,
        },
      },
    ],
  };
}
