import { percent } from '../../objectives';
import { FAILED } from '../service-levels';
import { alert, HERE, type RuleGroup } from '../rule';
import { busy, lasting } from './shares';

const ATTEMPTS = 'namespace_job:db_attempts:rate5m';

const text = (threshold: number, minutes: number) => ({
  summary: `More than ${percent(threshold)} of the queries of {{ $labels.job }} fail`,
  description:
    `{{ $value | humanizePercentage }} of the queries of ${HERE} fail, not counting expected failures ` +
    `(more than ${percent(threshold)} for ${minutes} minutes).`,
});

export const errorAlerts: RuleGroup = {
  name: 'database-errors',
  comment: 'Expected failures do not count, as in the service level objective.',
  rules: [
    alert({
      alert: 'DatabaseQueryErrorsCritical',
      expr: `${lasting(`${FAILED}:ratio_rate`, 0.05)}\n${busy(ATTEMPTS)}`,
      for: '5m',
      severity: 'critical',
      ...text(0.05, 5),
    }),
    alert({
      alert: 'DatabaseQueryErrorsWarning',
      expr: `${FAILED}:ratio_rate5m > 0.01\n${busy(ATTEMPTS)}`,
      for: '10m',
      severity: 'warning',
      ...text(0.01, 10),
    }),
  ],
};
