import { JOB } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

/** Instances for which it has been 0 most of the time: what comes and goes counts, too. */
const mostlyOff = (gauge: string) => `count by (${JOB}) (
  avg_over_time(${gauge}[10m]) < 0.5
  and ${gauge}
)`;

export const fallbackAlerts: RuleGroup = {
  name: 'fallbacks',
  comment: `What the service can do without for a while: no request fails, but the load or the limits are other ones. After a
quarter of an hour, so that a restart of what is missing is silent.`,
  rules: [
    alert({
      alert: 'ReplicaNotUsed',
      expr: mostlyOff('database_replica_used'),
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.job }} does not read from its replica',
      description:
        `Instances of ${HERE} for which the primary has served all reads for most of the last 10 minutes, because the ` +
        'replica fails or lags: {{ $value }}.',
    }),
    alert({
      alert: 'RateLimitNotShared',
      expr: mostlyOff('http_rate_limit_shared'),
      for: '10m',
      severity: 'warning',
      summary: 'Instances of {{ $labels.job }} limit requests by themselves',
      description:
        `Instances of ${HERE} that have counted requests by themselves for most of the last 10 minutes, because the store ` +
        'of the rate limit does not respond: {{ $value }}. A caller may send more than its limit.',
    }),
  ],
};
