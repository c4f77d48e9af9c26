import { changing, ELSEWHERE, inOnePlace, tableTest, type TableJob, type TableTest } from '../table';
import type { Workload } from '../workload';

export const SAMPLING = { sampleSeconds: 15, evaluationMinutes: 0.25 } as const;
const KEPT: Readonly<Record<string, number>> = { critical: 5, warning: 15, info: 15 };
export const gauges = (values: Readonly<Record<string, number>>): Workload => ({ counters: {}, gauges: values });

/** An alert on the value of a gauge. */
export interface GaugeKind {
  readonly alert: string;
  readonly severity: string;
  readonly forMinutes: number;
  /** From the onset until the condition is true, and from the recovery until it is false. Default: 0 */
  readonly delay?: number;
  readonly healthy: Workload;
  readonly boundary: Workload;
  readonly bad: Workload;
  /** Further values that are bad. */
  readonly alsoBad?: Readonly<Record<string, Workload>>;
  readonly more?: Readonly<Record<string, TableJob>>;
  /** Of the dashboard, for the job. Default: job */
  readonly variable?: 'job' | 'server';
  readonly summary: string;
  readonly description: string;
}

/** The job that has the texts. */
export const JOB = 'always';

/** Bad from the tenth minute on, for ten minutes longer than it takes; and a job that always was, which has the texts. */
export function gaugeTests(kind: GaugeKind): TableTest[] {
  const { alert, severity, forMinutes, delay = 0, healthy, boundary, bad, alsoBad = {}, more = {} } = kind;
  const until = 20 + delay + forMinutes;
  const at = { fires: 10 + delay + forMinutes, ends: until + delay + KEPT[severity]! };
  const becoming = (one: Workload) => changing({ 0: healthy, 10: one, [until]: healthy });
  const steady = (one: Workload): TableJob => ({ instances: [changing({ 0: one })] });
  return [
    tableTest({
      ...SAMPLING,
      alert,
      minutes: Math.ceil(until + delay) + 25,
      jobs: {
        bad: { instances: [becoming(bad)], ...at },
        'two-instances': { instances: [becoming(bad), becoming(bad)], ...at },
        'one-of-two': { instances: [changing({ 0: healthy }), becoming(bad)], ...at },
        [`bad-${ELSEWHERE}`]: { instances: inOnePlace(becoming(bad), changing({ 0: healthy })), ...at },
        ...Object.fromEntries(
          Object.entries(alsoBad).flatMap(([name, one]) => [
            [name, { instances: [becoming(one)], ...at }],
            [`${name}-${ELSEWHERE}`, { instances: inOnePlace(becoming(one), changing({ 0: healthy })), ...at }],
          ]),
        ),
        boundary: steady(boundary),
        healthy: steady(healthy),
        short: { instances: [changing({ 0: healthy, 10: bad, [9.5 + forMinutes]: healthy })] },
        ...more,
      },
    }),
    tableTest({
      ...SAMPLING,
      alert,
      minutes: Math.ceil(forMinutes) + 5,
      jobs: { [JOB]: { instances: [changing({ 0: bad })], fires: forMinutes, within: 0.5 } },
      text: {
        job: JOB,
        severity,
        variable: kind.variable,
        summary: kind.summary,
        description: kind.description,
      },
    }),
  ];
}
