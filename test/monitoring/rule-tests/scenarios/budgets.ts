import type { AlertScenario, Timeline } from '../scenario';
import { histogram, times, type Workload } from '../workload';
import { spread, timeline } from './traffic';

/** Those of a service level: how many statements, and how many of them are bad. */
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
      ['unique', 'constraint', 'cancelled', 'serialization', 'deadlock'].map((name) => [
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
const LEVELS = { Latency: { share: late, budget: 0.01 }, Error: { share: failed, budget: 0.001 } } as const;

interface Burn {
  readonly window: string;
  /** How many times the budget is spent while it is bad, and what is still allowed. */
  readonly factor: number;
  readonly allowed: number;
  readonly delay: number;
  readonly timeline: Timeline;
  readonly history?: { readonly times: number; readonly until: number };
  /** How many times the budget is spent afterwards, still too fast, but no longer so fast that the alert goes on. */
  readonly halfWell?: number;
  /** What the long window has seen when the alert fires, as a multiple of the budget. */
  readonly seen: number;
}

export function burn(kind: Kind, level: 'Critical' | 'Warning', one: Burn): AlertScenario {
  const { share, budget } = LEVELS[kind];
  const isPage = level === 'Critical';
  const forMinutes = isPage ? 2 : 15;
  const bad = one.factor * budget;
  // 15 bad statements when the condition becomes true, more than the 10 that it takes; 9 in all are too few.
  const perMinute = 15 / bad / (one.delay + 1);
  const well = share(perMinute, 0);
  const few = (9 / 15) * ((one.delay + 1) / (one.timeline.recovery - one.timeline.onset));
  return {
    ...burnTexts(kind, level, `${Number((100 * budget * one.seen).toPrecision(4))}%`),
    name: `Database${kind}BudgetBurn${level}, ${one.window}`,
    forMinutes,
    delay: one.delay,
    timeline: one.timeline,
    history: one.history && { workload: times(one.history.times, well), until: one.history.until },
    well,
    bad: share(perMinute, bad),
    // A thousandth below: differences of rates do not hit the threshold in floating point.
    boundary: share(1000, one.allowed * budget * 0.999),
    lowTraffic: times(few, well),
    differently: {
      'low-traffic': {
        instances: [
          {
            phases: [
              { from: 0, workload: times(few, well) },
              { from: one.timeline.onset, workload: times(few, share(perMinute, bad)) },
              { from: one.timeline.recovery, workload: times(few, well) },
            ],
          },
        ],
      },
    },
    more: one.halfWell
      ? {
          'half-well': {
            fires: true,
            workload: share(perMinute, bad),
            afterwards: share(perMinute, one.halfWell * budget),
          },
        }
      : {},
  };
}

/** Each of the two ways in which an alert fires, without the other. */
export const overAnHour: Burn = {
  window: 'over an hour',
  factor: 20,
  allowed: 6,
  // 20 x 44 of 60 minutes are more than 14.4; the 6 hours before keep the longer window below 6.
  delay: 43,
  timeline: timeline(43, 2, { onset: 361 }),
  halfWell: 10,
  seen: (20 * 46) / 60,
};
export const overSixHours: Burn = {
  window: 'over six hours',
  factor: 13,
  allowed: 6,
  delay: 7,
  // Long enough for the six hours to be bad still when the half hour is no longer.
  timeline: { onset: 10, recovery: 110, end: 170 },
  halfWell: 4.5,
  seen: (13 * 10) / (10 + 9),
};
export const overADay: Burn = {
  window: 'over a day',
  factor: 30,
  allowed: 1,
  delay: 145,
  // More than a day before, there was so much traffic that three days together are below 1.
  history: { times: 100, until: 120 },
  timeline: timeline(145, 15, { onset: 1565, afterwards: 133 }),
  halfWell: 2,
  seen: (30 * 161) / 1440,
};
export const overThreeDays: Burn = {
  window: 'over three days',
  factor: 2.9,
  allowed: 1,
  delay: 5,
  timeline: { onset: 10, recovery: 610, end: 1010 },
  halfWell: 0.75,
  seen: (2.9 * 21) / (21 + 9),
};

function burnTexts(kind: Kind, level: 'Critical' | 'Warning', percent: string) {
  const what = kind === 'Latency' ? 'took more than 250 ms' : 'failed';
  const objective = kind === 'Latency' ? '99 % within 250 ms' : '99.9 % without a failure';
  const isPage = level === 'Critical';
  return {
    alert: `Database${kind}BudgetBurn${level}`,
    severity: level.toLowerCase(),
    summary: (job: string) =>
      isPage
        ? `${job} will spend its ${kind.toLowerCase()} budget in 5 days or less`
        : `${job} spends its ${kind.toLowerCase()} budget too fast`,
    description: (job: string, place: string) =>
      `Over the last ${isPage ? 'hour or six hours' : 'day or three days'}, ${percent} of the queries of ${job}${place} ` +
      `${what}. At this rate the 30-day budget (${objective}) ` +
      `${isPage ? 'is spent in 5 days or less' : 'will not last'}.`,
  };
}
