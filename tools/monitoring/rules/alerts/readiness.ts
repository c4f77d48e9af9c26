import { JOB } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

export const readinessAlerts: RuleGroup = {
  name: 'readiness',
  comment: `What a client sees, whatever the service itself reports: blackbox_exporter asks /health/ready as a client would. A
hiccup of a minute is silent. The probe has the job of the service: one incident is one page, and a probe that is not
scraped is among the targets of the job.`,
  rules: [
    alert({
      alert: 'ServiceNotReady',
      expr: `count by (${JOB}) (avg_over_time(probe_success[1m]) < 0.75)`,
      for: '90s',
      severity: 'critical',
      summary: '{{ $labels.job }} is not ready',
      description:
        `Addresses of ${HERE} at which no instance has said that it is ready for a minute and a half, or only from time to ` +
        'time: {{ $value }}. Clients get an error, or no response.',
    }),
  ],
};
