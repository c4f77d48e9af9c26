import { JOB, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

const REFUSED = 'http_requests_refused_total';

export const serviceAlerts: RuleGroup = {
  name: 'service',
  comment: 'What the service refuses and drops to protect itself.',
  rules: [
    alert({
      alert: 'RequestsRefused',
      expr: `${sumRate(REFUSED, '5m')} > 1\nand on (${JOB}) ${sumRate(REFUSED, '2m')} > 0.5`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.job }} refuses requests',
      description:
        `{{ printf "%.1f" $value }} requests per second of ${HERE} are refused with 503, because the service is ` +
        'overloaded (more than 1 per second for 5 minutes).',
    }),
    alert({
      alert: 'LogLinesDropped',
      expr: `sum by (${JOB}) (increase(log_lines_dropped_total[15m])) > 0`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.job }} loses log lines',
      description:
        `{{ printf "%.0f" $value }} log lines of ${HERE} were dropped within 15 minutes, because what reads its output ` +
        'is too slow. Requests are not affected, but the log is incomplete.',
    }),
  ],
};
