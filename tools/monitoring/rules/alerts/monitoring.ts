import { JOB } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

export const monitoringAlerts: RuleGroup = {
  name: 'database-monitoring',
  comment: 'Prometheus and Alertmanager themselves. What stops all alerts, only the watchdog shows.',
  rules: [
    alert({
      alert: 'PrometheusRulesFailing',
      expr: `sum by (${JOB}) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Prometheus cannot evaluate rules',
      description: `${HERE} fails to evaluate rules ({{ printf "%.0f" $value }} times in 5 minutes): alerts may be missing.`,
    }),
    alert({
      alert: 'PrometheusNotificationsFailing',
      expr: `sum by (${JOB}) (increase(prometheus_notifications_dropped_total[5m])) > 0
or max by (${JOB}) (prometheus_notifications_alertmanagers_discovered) == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Prometheus does not reach Alertmanager',
      description: `${HERE} has dropped alerts or has no Alertmanager to send them to.`,
    }),
    alert({
      alert: 'AlertmanagerNotificationsFailing',
      expr: `sum by (${JOB}, integration) (increase(alertmanager_notifications_failed_total[15m])) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Alertmanager cannot notify {{ $labels.integration }}',
      description:
        `{{ printf "%.0f" $value }} attempts of ${HERE} to notify {{ $labels.integration }} have failed in 15 minutes: ` +
        'alerts may not arrive there.',
    }),
    alert({
      alert: 'MonitoringReloadFailed',
      expr: `min by (${JOB}) (
  prometheus_config_last_reload_successful or alertmanager_config_last_reload_successful
) == 0`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.job }} runs with an old configuration',
      description: `${HERE} could not load its configuration: it runs with the previous one until it restarts.`,
    }),
  ],
};

export const watchdog: RuleGroup = {
  name: 'database-watchdog',
  comment: 'Always fires. Its receiver alerts you when it stops: then Prometheus or Alertmanager is down.',
  rules: [
    alert({
      alert: 'Watchdog',
      expr: 'vector(1)',
      severity: 'none',
      summary: 'Alerts can reach you',
      description: 'This alert always fires. If it stops arriving, no other alert arrives either.',
    }),
  ],
};
