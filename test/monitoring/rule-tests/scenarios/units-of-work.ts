import type { AlertScenario } from '../scenario';
import type { Workload } from '../workload';
import { ABOVE_GUARD, AT_GUARD, perSecond, SOONER_WITH_TWO_INSTANCES, timeline } from './traffic';

const SCOPE = 'GET /articles';
const common = {
  severity: 'info',
  labels: { scope: SCOPE },
  forMinutes: 15,
  delay: 4,
  clears: 1,
  timeline: timeline(4, 15),
} as const;

const counted = (metric: string, perMinute: number): Workload => ({
  counters: { [`${metric}{scope="${SCOPE}"}`]: perMinute, [`${metric}{scope="other"}`]: 0 },
});
const eventRate = perSecond(0.15);

const repeated = (perMinute: number) => counted('db_repeated_statements_total', perMinute);
export const repeatedStatements: AlertScenario = {
  ...common,
  alert: 'RepeatedStatements',
  healthy: repeated(0),
  bad: repeated(9),
  boundary: repeated(6),
  lowTraffic: repeated(1),
  overrides: SOONER_WITH_TWO_INSTANCES,
  summary: (job) => `${SCOPE} of ${job} repeats statements`,
  description: (job, place) =>
    `${SCOPE} of ${job}${place} repeats the same statement in ${eventRate(job)} units of work per second ` +
    '(more than 0.1 per second for 15 minutes).',
};

const exceeded = (perMinute: number) => counted('db_query_budget_exceeded_total', perMinute);
export const budgetExceeded: AlertScenario = {
  ...common,
  alert: 'QueryBudgetExceeded',
  healthy: exceeded(0),
  bad: exceeded(9),
  boundary: exceeded(6),
  lowTraffic: exceeded(1),
  overrides: SOONER_WITH_TWO_INSTANCES,
  summary: (job) => `${SCOPE} of ${job} exceeds its query budget`,
  description: (job, place) =>
    `${SCOPE} of ${job}${place} exceeds its query budget ${eventRate(job)} times per second ` +
    '(more than 0.1 per second for 15 minutes).',
};

/** Units of work per minute, and what they did on average. */
const units = (metric: string, perMinute: number, each: number): Workload => ({
  counters: {
    [`${metric}_count{scope="${SCOPE}"}`]: perMinute,
    [`${metric}_sum{scope="${SCOPE}"}`]: perMinute * each,
  },
});

/** Until, and from when on, the mean of five minutes is above the threshold. */
const means = { ...common, delay: 3, clears: 2, timeline: timeline(3, 15) } as const;

const statements = (perMinute: number, each: number) => units('db_scope_statements', perMinute, each);
export const statementsHigh: AlertScenario = {
  ...means,
  alert: 'UnitOfWorkStatementsHigh',
  healthy: statements(ABOVE_GUARD, 10),
  bad: statements(ABOVE_GUARD, 75),
  boundary: statements(ABOVE_GUARD, 50),
  lowTraffic: statements(AT_GUARD, 75),
  summary: (job) => `${SCOPE} of ${job} sends many statements`,
  description: (job, place) =>
    `${SCOPE} of ${job}${place} sends 75 statements on average (more than 50 for 15 minutes).`,
};

const seconds = (perMinute: number, each: number) => units('db_scope_seconds', perMinute, each);
export const databaseTimeHigh: AlertScenario = {
  ...means,
  alert: 'UnitOfWorkDatabaseTimeHigh',
  healthy: seconds(ABOVE_GUARD, 0.1),
  bad: seconds(ABOVE_GUARD, 0.75),
  boundary: seconds(ABOVE_GUARD, 0.5),
  lowTraffic: seconds(AT_GUARD, 0.75),
  summary: (job) => `${SCOPE} of ${job} spends a long time in the database`,
  description: (job, place) =>
    `${SCOPE} of ${job}${place} spends 750ms in the database on average (more than 500 ms for 15 minutes).`,
};
