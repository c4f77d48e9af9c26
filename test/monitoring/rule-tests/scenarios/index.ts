import type { AlertScenario } from '../scenario';
import { levels } from './burn-rates';
import { burn, overADay, overAnHour, overSixHours, overThreeDays } from './budgets';
import { selectLatency, writeLatency } from './latencies';
import { metricsNotReporting } from './outages';
import { poolAcquireSlow, poolExhausted, poolSaturated, unreachable } from './pools';
import { queryTimeouts } from './rates';
import { errorRatio, p99, slowRatio } from './shares';
import { highSlowVolume, slowVolumeByType, unusualDistribution } from './slow-volumes';
import { retriesExhausted, transactionIdle } from './transactions';
import { budgetExceeded, databaseTimeHigh, repeatedStatements, statementsHigh } from './units-of-work';

/** One file of rule tests. Its rules are evaluated every `evaluationMinutes`. */
export interface ScenarioFile {
  readonly file: string;
  readonly evaluationMinutes: number;
  /** 15 by default. */
  readonly sampleSeconds?: number;
  readonly scenarios: readonly AlertScenario[];
}

export const scenarioFiles: readonly ScenarioFile[] = [
  {
    file: 'prometheus-alerts-database-tests.yml',
    evaluationMinutes: 1,
    scenarios: [
      slowRatio('SlowQueryRateCritical', 'critical', 5, {
        bad: 0.15,
        boundary: 0.1,
        percent: '15%',
        threshold: '10',
      }),
      p99(
        'QueryLatencyP99Critical',
        'critical',
        5,
        { summary: 'a second', value: '1.75s', threshold: '1 s' },
        { upTo: '1', above: '2.5' },
      ),
      queryTimeouts,
      slowRatio('SlowQueryRateWarning', 'warning', 10, {
        bad: 0.075,
        boundary: 0.05,
        percent: '7.5%',
        threshold: '5',
      }),
      p99(
        'QueryLatencyP99Warning',
        'warning',
        15,
        { summary: 'half a second', value: '750ms', threshold: '500 ms' },
        { upTo: '0.5', above: '1' },
      ),
      selectLatency,
      writeLatency,
      slowVolumeByType,
      unusualDistribution,
      highSlowVolume,
      errorRatio('DatabaseQueryErrorsCritical', 'critical', 5, {
        bad: 0.075,
        boundary: 0.05,
        percent: '7.5%',
        threshold: '5',
      }),
      errorRatio('DatabaseQueryErrorsWarning', 'warning', 10, {
        bad: 0.015,
        boundary: 0.01,
        percent: '1.5%',
        threshold: '1',
      }),
      unreachable,
      poolExhausted,
      poolSaturated,
      poolAcquireSlow,
      retriesExhausted,
      transactionIdle,
      repeatedStatements,
      budgetExceeded,
      statementsHigh,
      databaseTimeHigh,
    ],
  },
  { file: 'prometheus-alerts-database-seconds-tests.yml', evaluationMinutes: 0.25, scenarios: [] },
  {
    file: 'prometheus-alerts-database-hours-tests.yml',
    evaluationMinutes: 1,
    sampleSeconds: 60,
    scenarios: levels.flatMap((level) => [burn(level, 'Critical', overAnHour), burn(level, 'Critical', overSixHours)]),
  },
  {
    file: 'prometheus-alerts-database-days-tests.yml',
    evaluationMinutes: 5,
    sampleSeconds: 60,
    scenarios: [
      metricsNotReporting,
      ...levels.flatMap((level) => [burn(level, 'Warning', overADay), burn(level, 'Warning', overThreeDays)]),
    ],
  },
];
