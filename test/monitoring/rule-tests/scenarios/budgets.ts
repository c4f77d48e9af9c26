import type { AlertScenario, Timeline } from '../scenario';
import {
  budgetOf,
  exact,
  percent as percentText,
  readObjectives,
  seconds,
} from '../../../../tools/monitoring/objectives';
import { changing, tableTest, type TableTest } from '../table';
import { histogram, times, type Workload } from '../workload';
import { spread, timeline } from './traffic';

/** Statements of which a share is bad in the sense of a service level objective. */
type BadShare = (perMinute: number, share: number) => Workload;
const late: BadShare = (perMinute, share) => ({
  counters: {
    'db_queries_total{query_type="SELECT"}': perMinute,
    ...keep(
      histogram('db_query_duration_seconds', spread(perMinute, 100 * (1 - share), '0.5'), 'query_type="SELECT"'),
      /le="0\.25"|_count/,
    ),
  },
});
const failed: BadShare = (perMinute, share) => ({
  counters: {
    'db_queries_total{query_type="SELECT"}': perMinute,
    'db_query_errors_total{query_type="SELECT",error_class="connection"}': perMinute * share,
    ...Object.fromEntries(
      ['unique', 'constraint', 'data', 'cancelled', 'serialization', 'deadlock'].map((name) => [
        `db_query_errors_total{query_type="SELECT",error_class="${name}"}`,
        perMinute / 8,
      ]),
    ),
  },
});

function keep(counters: Record<string, number>, pattern: RegExp): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([series]) => pattern.test(series)));
}

type Kind = 'Latency' | 'Error';
const { latency, errors, window } = readObjectives();
const LEVELS = {
  Latency: {
    share: late,
    budget: budgetOf(latency),
    what: `took more than ${seconds(latency.threshold)}`,
    objective: `${percentText(latency.objective)} within ${seconds(latency.threshold)}`,
  },
  Error: {
    share: failed,
    budget: budgetOf(errors),
    what: 'failed',
    objective: `${percentText(errors.objective)} without a failure`,
  },
} as const;

interface Burn {
  readonly window: string;
  /** The burn rate while it is bad, and the highest burn rate that is allowed. */
  readonly factor: number;
  readonly allowed: number;
  readonly delay: number;
  readonly clears: number;
  readonly timeline: Timeline;
  readonly history?: { readonly times: number; readonly until: number };
  /** A burn rate after the bad phase that is too fast to last but resolves the alert. */
  readonly stillBurning?: number;
}

export function burn(kind: Kind, level: 'Critical' | 'Warning', one: Burn): AlertScenario {
  const { share, budget } = LEVELS[kind];
  const isPage = level === 'Critical';
  const forMinutes = isPage ? 2 : 15;
  const bad = one.factor * budget;
  // 90 bad statements by the time the condition is true; the alert needs more than 60. 54 in total are too few.
  const perMinute = 90 / bad / (one.delay + 1);
  const healthy = share(perMinute, 0);
  const few = (54 / 90) * ((one.delay + 1) / (one.timeline.recovery - one.timeline.onset));
  return {
    ...burnTexts(kind, level, percentOf(bad)),
    // Versions of Prometheus differ in the share of a range that has begun; burnText has the texts.
    withoutTexts: true,
    name: `Database${kind}BudgetBurn${level}, ${one.window}`,
    forMinutes,
    delay: one.delay,
    clears: one.clears,
    timeline: one.timeline,
    history: one.history && { workload: times(one.history.times, healthy), until: one.history.until },
    healthy,
    bad: share(perMinute, bad),
    // 0.1 % below the threshold: in floating point, differences of rates do not meet it exactly.
    boundary: share(1000, one.allowed * budget * 0.999),
    lowTraffic: times(few, healthy),
    overrides: {
      'low-traffic': {
        instances: [
          {
            phases: [
              { from: 0, workload: times(few, healthy) },
              { from: one.timeline.onset, workload: times(few, share(perMinute, bad)) },
              { from: one.timeline.recovery, workload: times(few, healthy) },
            ],
          },
        ],
      },
    },
    extraJobs: one.stillBurning
      ? {
          'still-burning': {
            fires: true,
            workload: share(perMinute, bad),
            afterwards: share(perMinute, one.stillBurning * budget),
          },
        }
      : {},
  };
}

const percentOf = (share: number) => `${exact(100 * share)}%`;

/** A job that has always been bad: any range has the same share. */
export function burnText(kind: Kind, level: 'Critical' | 'Warning'): TableTest {
  const { share, budget } = LEVELS[kind];
  const bad = 20 * budget;
  const { alert, severity, summary, description } = burnTexts(kind, level, percentOf(bad));
  return tableTest({
    alert,
    minutes: 60,
    sampleSeconds: 60,
    evaluationMinutes: 5,
    jobs: {
      always: { instances: [changing({ 0: share(6000, bad) })], fires: level === 'Critical' ? 10 : 25, within: 10 },
    },
    text: { job: 'always', severity, summary: summary('always'), description: description('always', '') },
  });
}

/** Each alert has two conditions; each of these meets only one of them. */
export const overAnHour: Burn = {
  window: 'over an hour',
  // The threshold is met between two samples, whether or not the range includes its first instant.
  factor: 19.7,
  allowed: 6,
  // 19.7 x 44 of 60 minutes are more than 14.4; the 6 hours before keep the longer window below 6.
  delay: 43,
  clears: 1,
  timeline: timeline(43, 2, { onset: 361 }),
  stillBurning: 10,
};
export const overSixHours: Burn = {
  window: 'over six hours',
  factor: 13,
  allowed: 6,
  delay: 7,
  clears: 15,
  // Long enough that the six hours are still bad when the half hour no longer is.
  timeline: { onset: 10, recovery: 110, end: 170 },
  stillBurning: 4.5,
};
export const overADay: Burn = {
  window: 'over a day',
  factor: 30,
  allowed: 1,
  delay: 145,
  clears: 106,
  // The traffic of more than a day ago is so high that the burn rate over three days is below 1.
  history: { times: 100, until: 120 },
  timeline: timeline(145, 15, { onset: 1565, afterwards: 150 }),
  stillBurning: 2,
};
export const overThreeDays: Burn = {
  window: 'over three days',
  factor: 2.9,
  allowed: 1,
  delay: 5,
  clears: 233,
  timeline: { onset: 10, recovery: 610, end: 1010 },
  stillBurning: 0.75,
};

function burnTexts(kind: Kind, level: 'Critical' | 'Warning', percent: string) {
  const { what, objective } = LEVELS[kind];
  const days = Number.parseInt(window, 10);
  const isPage = level === 'Critical';
  return {
    alert: `Database${kind}BudgetBurn${level}`,
    severity: level.toLowerCase(),
    summary: (job: string) =>
      isPage
        ? `${job} will spend its ${kind.toLowerCase()} budget in ${days / 6} days or less`
        : `${job} spends its ${kind.toLowerCase()} budget too fast`,
    description: (job: string, place: string) =>
      `Over the last ${isPage ? 'hour or six hours' : 'day or three days'}, ${percent} of the queries of ${job}${place} ` +
      `${what}. At this rate the ${days}-day budget (${objective}) ` +
      `${isPage ? `is spent in ${days / 6} days or less` : 'will not last'}.`,
  };
}
