import { exact, readObjectives } from '../../../../tools/monitoring/objectives';
import type { AlertScenario, Timeline } from '../scenario';
import { changing, tableTest, type TableTest } from '../table';
import { times, type Workload } from '../workload';
import type { Level } from './burn-rates';
import { timeline } from './traffic';

const DAYS = Number.parseInt(readObjectives().window, 10);

interface Burn {
  readonly window: string;
  /** The burn rate while it is bad, and the highest burn rate that is allowed. */
  readonly factor: number;
  readonly allowed: number;
  readonly delay: number;
  readonly clears: number;
  readonly timeline: Timeline;
  readonly history?: { readonly times: number; readonly until: number };
  /** A burn rate that is too fast in the short window and would be in the long one, if it lasted longer. */
  readonly tooShort: number;
  /** A burn rate after the bad phase that is too fast to last but resolves the alert. */
  readonly stillBurning?: number;
}

export function burn(level: Level, severity: 'Critical' | 'Warning', one: Burn): AlertScenario {
  const { budget, minBad } = level;
  const share = (perMinute: number, bad: number): Workload => ({ counters: level.share(perMinute, bad) });
  const bad = one.factor * budget;
  // Half more bad ones than the alert needs, by the time the condition is true; a tenth less in total is too few.
  const perMinute = (1.5 * minBad) / bad / (one.delay + 1);
  const healthy = share(perMinute, 0);
  const few = 0.6 * ((one.delay + 1) / (one.timeline.recovery - one.timeline.onset));
  const ignored = level.ignored(40 * perMinute);
  return {
    ...burnTexts(level, severity, percentOf(bad)),
    // Versions of Prometheus differ in the share of a range that has begun; burnText has the texts.
    withoutTexts: true,
    name: `${level.name}BudgetBurn${severity}, ${one.window}`,
    forMinutes: severity === 'Critical' ? 0 : 15,
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
    extraJobs: {
      'with-what-is-ignored': {
        fires: true,
        workload: { counters: { ...level.share(perMinute, bad), ...ignored } },
        afterwards: { counters: { ...healthy.counters, ...ignored } },
      },
      'not-for-long-enough': { fires: false, workload: share(perMinute, one.tooShort * budget) },
      ...(one.stillBurning
        ? {
            'still-burning': {
              fires: true,
              workload: share(perMinute, bad),
              afterwards: share(perMinute, one.stillBurning * budget),
            },
          }
        : {}),
    },
  };
}

const percentOf = (share: number) => `${exact(100 * share)}%`;

/** A job that has always been bad: any range has the same share. */
export function burnText(level: Level, name: 'Critical' | 'Warning'): TableTest {
  const bad = 20 * level.budget;
  const { alert, severity, summary, description } = burnTexts(level, name, percentOf(bad));
  const workload = { counters: level.share(6000, bad) };
  return tableTest({
    alert,
    minutes: 300,
    sampleSeconds: 60,
    evaluationMinutes: 5,
    // As late as a job that was good before: 14.4 of 20 for an hour, 3 of 20 for a day.
    jobs: { always: { instances: [changing({ 0: workload })], fires: name === 'Critical' ? 45 : 255, within: 10 } },
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
  timeline: timeline(43, 0, { onset: 361 }),
  tooShort: 14.45,
  stillBurning: 10,
};
export const overSixHours: Burn = {
  window: 'over six hours',
  factor: 13,
  allowed: 6,
  // 6 of 13 of the six hours, although the job has just begun.
  delay: 170,
  clears: 15,
  // Long enough that the six hours are still bad when the half hour no longer is.
  timeline: { onset: 10, recovery: 260, end: 320 },
  tooShort: 6.48,
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
  tooShort: 20,
  stillBurning: 2,
};
export const overThreeDays: Burn = {
  window: 'over three days',
  factor: 2.9,
  allowed: 1,
  // 1 of 2.9 of the three days, although the job has just begun.
  delay: 1505,
  clears: 233,
  timeline: { onset: 10, recovery: 1810, end: 2210 },
  tooShort: 1.8,
  stillBurning: 0.75,
};

function burnTexts({ name, of, budgetName, what, objective }: Level, level: 'Critical' | 'Warning', percent: string) {
  const isPage = level === 'Critical';
  const cause = of === 'requests' ? ' Look for an alert about the database of the same job: it may be the cause.' : '';
  return {
    alert: `${name}BudgetBurn${level}`,
    severity: level.toLowerCase(),
    summary: (job: string) =>
      isPage
        ? `${job} will spend its ${budgetName} in ${DAYS / 6} days or less`
        : `${job} spends its ${budgetName} too fast`,
    description: (job: string, place: string) =>
      `Over the last ${isPage ? 'hour or six hours' : 'day or three days'}, ${percent} of the ${of} of ${job}${place} ` +
      `${what}. At this rate the ${DAYS}-day budget (${objective}) ` +
      `${isPage ? `is spent in ${DAYS / 6} days or less` : 'will not last'}.${cause}`,
  };
}
