import { pool } from '../workload';
import { changing, tableTest } from '../table';

const healthy = pool({ active: 2, max: 10 });
const bad = pool({ active: 10, max: 10, pending: 1 });

const ONSET = 10;
const ROUNDS = 30;
/** Three bad minutes and two good ones in turn, for 150 minutes. */
const flapping = changing({
  0: healthy,
  ...Object.fromEntries(
    Array.from({ length: ROUNDS }, (_, round) => [
      [ONSET + 5 * round, bad],
      [ONSET + 5 * round + 3, healthy],
    ]).flat(),
  ),
});

export const flappingTest = tableTest({
  alert: 'DatabasePoolExhausted',
  minutes: 180,
  sampleSeconds: 15,
  evaluationMinutes: 0.25,
  jobs: {
    flapping: {
      instances: [flapping],
      fires: ONSET + 2,
      ends: ONSET + 5 * (ROUNDS - 1) + 3 + 5,
      // Just before each end, if it were not kept.
      staysAt: Array.from({ length: ROUNDS - 1 }, (_, round) => ONSET + 5 * round + 4.5),
    },
  },
});
