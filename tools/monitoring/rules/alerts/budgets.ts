import { budgetOf, exact, percent, readObjectives, seconds } from '../../objectives';
import { FAILED, LATE } from '../service-levels';
import { alert, HERE, type RuleGroup } from '../rule';

const { latency, errors, window } = readObjectives();
const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400 };
/** Bad statements in the long window: a burst in a service that does little else is no reason to wake anyone. */
const MIN_BAD = 60;

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

const secondsOf = (duration: string) => Number.parseInt(duration, 10) * SECONDS[duration.slice(-1)]!;

const burning = (bad: string, budget: number, burns: readonly Burn[]) =>
  burns
    .map(
      ({ long, short, factor }) => `(
  ${bad}:ratio_rate${long} > ${exact(factor * budget)}
  and ${bad}:ratio_rate${short} > ${exact(factor * budget)}
  and ${bad}:rate${long} * ${secondsOf(long)} > ${MIN_BAD}
)`,
    )
    .join('\nor ');

interface Objective {
  readonly kind: 'Latency' | 'Error';
  readonly bad: string;
  readonly budget: number;
  /** What the bad queries did, and the objective. */
  readonly did: string;
  readonly objective: string;
}

const OBJECTIVES: readonly Objective[] = [
  {
    kind: 'Latency',
    bad: LATE,
    budget: budgetOf(latency),
    did: `took more than ${seconds(latency.threshold)}`,
    objective: `${percent(latency.objective)} within ${seconds(latency.threshold)}`,
  },
  {
    kind: 'Error',
    bad: FAILED,
    budget: budgetOf(errors),
    did: 'failed',
    objective: `${percent(errors.objective)} without a failure`,
  },
];

const days = Number.parseInt(window, 10);
/** Six times too fast. */
const soon = exact(days / PAGES[1]!.factor);

export const budgetAlerts: RuleGroup = {
  name: 'database-error-budget',
  comment: `Burn rates over two windows: the long window shows that it matters, the short one that it is still happening. Of a
30-day budget, a page means that 2 % was spent in one hour or 5 % in six hours; a ticket, 10 % in one day or in three.
The thresholds are 14.4, 6, 3 and 1 times the budget. With ${MIN_BAD} bad statements or fewer there is no alert.`,
  rules: OBJECTIVES.flatMap(({ kind, bad, budget, did, objective }) => [
    alert({
      alert: `Database${kind}BudgetBurnCritical`,
      expr: burning(bad, budget, PAGES),
      for: '2m',
      severity: 'critical',
      summary: `{{ $labels.job }} will spend its ${kind.toLowerCase()} budget in ${soon} days or less`,
      description:
        `Over the last hour or six hours, {{ $value | humanizePercentage }} of the queries of ${HERE} ${did}. At this ` +
        `rate the ${days}-day budget (${objective}) is spent in ${soon} days or less.`,
    }),
    alert({
      alert: `Database${kind}BudgetBurnWarning`,
      expr: burning(bad, budget, TICKETS),
      for: '15m',
      severity: 'warning',
      summary: `{{ $labels.job }} spends its ${kind.toLowerCase()} budget too fast`,
      description:
        `Over the last day or three days, {{ $value | humanizePercentage }} of the queries of ${HERE} ${did}. At this ` +
        `rate the ${days}-day budget (${objective}) will not last.`,
    }),
  ]),
};
