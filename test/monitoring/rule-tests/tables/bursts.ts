import { levels, type Level } from '../scenarios/burn-rates';
import { changing, tableTest } from '../table';
import type { Workload } from '../workload';

const BUSY = 600;
/** Clients that get an error, or wait, try again. */
const STORM = 30 * BUSY;
const FIRST_SAMPLE = 20;
const ONSET = 30;

/** What is short is over before anyone can look, and an hour is an hour, however long the job has existed. */
const burstTest = ({ name, budget, share }: Level) => {
  const of = (perMinute: number, bad: number): Workload => ({ counters: share(perMinute, bad) });
  const healthy = of(BUSY, 0);
  const burning = of(BUSY, 100 * budget);
  return tableTest({
    alert: `${name}BudgetBurnCritical`,
    minutes: 75,
    sampleSeconds: 15,
    evaluationMinutes: 0.25,
    jobs: {
      'a-minute-with-a-storm-of-retries': {
        instances: [changing({ 0: healthy, [ONSET]: of(STORM, 1), [ONSET + 1]: healthy })],
      },
      'two-minutes-with-a-storm-of-retries': {
        instances: [changing({ 0: healthy, [ONSET]: of(STORM, 1), [ONSET + 2]: healthy })],
        fires: ONSET + 3.25,
        within: 0.75,
      },
      // Of the quarter of an hour since the job has begun, it would be a third.
      'five-minutes-of-a-young-job': {
        instances: [changing({ [FIRST_SAMPLE]: healthy, [ONSET]: burning, [ONSET + 5]: healthy })],
      },
      'five-minutes-of-an-old-job': {
        instances: [changing({ 0: healthy, [ONSET + 30]: burning, [ONSET + 35]: healthy })],
      },
      // 14.4 of 100 for an hour.
      'ten-minutes-of-a-young-job': {
        instances: [changing({ [FIRST_SAMPLE]: healthy, [ONSET]: burning, [ONSET + 10]: healthy })],
        fires: ONSET + 8.75,
        within: 1,
      },
      'a-job-that-begins-bad': {
        instances: [changing({ [FIRST_SAMPLE]: of(BUSY, 1) })],
        fires: FIRST_SAMPLE + (14.4 * budget > 0.1 ? 9 : 3.25),
        within: 1,
      },
    },
  });
};

export const burstTests = levels.map(burstTest);
