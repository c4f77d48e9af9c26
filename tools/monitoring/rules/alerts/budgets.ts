import { budgetOf, exact, percent, readObjectives, seconds } from '../../objectives';
import { FAILED_REQUESTS, LATE_REQUESTS, REQUESTS } from '../request-levels';
import { FAILED, LATE, QUERIES } from '../service-levels';
import { alert, HERE, type RuleGroup } from '../rule';

const { latency, errors, requests, window } = readObjectives();
const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400 };
/** Bad ones in the long window: a burst in a service that does little else is no reason to wake anyone. */
const MIN_BAD = { queries: 60, requests: 30 };

interface Burn {
  readonly long: string;
  readonly short: string;
  readonly factor: number;
}

const PAGES: readonly Burn[] = [
  { long: '1h', short: '5m', factor: 14.4 },
  { long: '6h', short: '30m', factor: 6 },
];
const TICKETS: readonly Burn[] = [
  { long: '1d', short: '2h', factor: 3 },
  { long: '3d', short: '6h', factor: 1 },
];

/** What reports as long as the job does. */
const ALL = { queries: QUERIES, requests: REQUESTS } as const;
/**
 * In half minutes of the last hour. A hiccup of a minute is seen for less than three, however often clients try again
 * meanwhile: it is over before anyone can look.
 */
const HICCUP = 6;

const secondsOf = (duration: string) => Number.parseInt(duration, 10) * SECONDS[duration.slice(-1)]!;

const burning = ({ of, bad, budget }: Objective, burns: readonly Burn[]) =>
  burns
    .map(({ long, short, factor }) => {
      const threshold = exact(factor * budget);
      const lasting = `\n  and count_over_time((${bad}:ratio_rate2m > ${threshold})[1h:30s]) > ${HICCUP}`;
      return `(
  ${bad}:ratio_rate${long}
  and ${bad}:ratio_rate${long} * ${ALL[of]}:reported_${long} > ${threshold}
  and ${bad}:ratio_rate${short} > ${threshold}
  and ${bad}:rate${long} * ${secondsOf(long)} > ${MIN_BAD[of]}${burns === PAGES ? lasting : ''}
)`;
    })
    .join('\nor ');

interface Objective {
  readonly of: 'queries' | 'requests';
  readonly kind: 'Latency' | 'Error';
  readonly bad: string;
  readonly budget: number;
  /** What the bad ones did, and the objective. */
  readonly did: string;
  readonly objective: string;
}

const OBJECTIVES: readonly Objective[] = [
  {
    of: 'queries',
    kind: 'Latency',
    bad: LATE,
    budget: budgetOf(latency),
    did: `took more than ${seconds(latency.threshold)}`,
    objective: `${percent(latency.objective)} within ${seconds(latency.threshold)}`,
  },
  {
    of: 'queries',
    kind: 'Error',
    bad: FAILED,
    budget: budgetOf(errors),
    did: 'failed',
    objective: `${percent(errors.objective)} without a failure`,
  },
  {
    of: 'requests',
    kind: 'Latency',
    bad: LATE_REQUESTS,
    budget: budgetOf(requests.latency),
    did: `took more than ${seconds(requests.latency.threshold)}`,
    objective: `${percent(requests.latency.objective)} within ${seconds(requests.latency.threshold)}`,
  },
  {
    of: 'requests',
    kind: 'Error',
    bad: FAILED_REQUESTS,
    budget: budgetOf(requests.errors),
    did: 'failed',
    objective: `${percent(requests.errors.objective)} without a failure`,
  },
];

const NAMES = { queries: 'Database', requests: 'Request' } as const;
const TEXTS = {
  queries: { budget: '', cause: '' },
  requests: {
    budget: 'request ',
    cause: ' Look for an alert about the database of the same job: it may be the cause.',
  },
} as const;

const days = Number.parseInt(window, 10);
/** Six times too fast. */
const soon = exact(days / PAGES[1]!.factor);

const alertsOf = (wanted: Objective['of']) =>
  OBJECTIVES.filter(({ of }) => of === wanted).flatMap((one) => {
    const { kind, did, objective, of } = one;
    const name = `${NAMES[of]}${kind}BudgetBurn`;
    const budget = `${TEXTS[of].budget}${kind.toLowerCase()} budget`;
    return [
      alert({
        alert: `${name}Critical`,
        expr: burning(one, PAGES),
        severity: 'critical',
        summary: `{{ $labels.job }} will spend its ${budget} in ${soon} days or less`,
        description:
          `Over the last hour or six hours, {{ $value | humanizePercentage }} of the ${of} of ${HERE} ${did}. At this ` +
          `rate the ${days}-day budget (${objective}) is spent in ${soon} days or less.${TEXTS[of].cause}`,
      }),
      alert({
        alert: `${name}Warning`,
        expr: burning(one, TICKETS),
        for: '15m',
        severity: 'warning',
        summary: `{{ $labels.job }} spends its ${budget} too fast`,
        description:
          `Over the last day or three days, {{ $value | humanizePercentage }} of the ${of} of ${HERE} ${did}. At this ` +
          `rate the ${days}-day budget (${objective}) will not last.${TEXTS[of].cause}`,
      }),
    ];
  });

export const budgetAlerts: RuleGroup = {
  name: 'database-error-budget',
  comment: `Burn rates over two windows: the long window shows that it matters, the short one that it is still happening. Of a
30-day budget, a page means that 2 % was spent in one hour or 5 % in six hours; a ticket, 10 % in one day or in three.
The thresholds are 14.4, 6, 3 and 1 times the budget. Of a job that is younger than the window, the time before counts as
good. A page needs more than a hiccup of a minute, within the last hour. With ${MIN_BAD.queries} bad statements or fewer there is no alert.`,
  rules: alertsOf('queries'),
};

export const requestBudgetAlerts: RuleGroup = {
  name: 'request-error-budget',
  comment: `The same for requests: what clients notice, of which the alerts about statements are causes. With ${MIN_BAD.requests} bad
requests or fewer there is no alert.`,
  rules: alertsOf('requests'),
};
