import type { Workload } from '../workload';
import { changing, ELSEWHERE, inOnePlace, tableTest } from '../table';

const SAMPLING = { sampleSeconds: 15, evaluationMinutes: 0.25, minutes: 60 } as const;
const counter = (series: string, perMinute: number): Workload => ({ counters: { [series]: perMinute } });
const gauge = (series: string, value: number): Workload => ({ counters: {}, gauges: { [series]: value } });

/** Healthy, bad from the tenth to the twentieth minute. */
function monitoringTest(
  alert: string,
  bad: Workload,
  healthy: Workload,
  at: { readonly fires: number; readonly ends: number },
) {
  const one = changing({ 0: healthy, 10: bad, 20: healthy });
  return tableTest({
    ...SAMPLING,
    alert,
    jobs: {
      bad: { instances: [one], ...at },
      'two-instances': { instances: [one, one], ...at },
      [`bad-${ELSEWHERE}`]: { instances: inOnePlace(one, changing({ 0: healthy })), ...at },
      healthy: { instances: [changing({ 0: healthy })] },
    },
  });
}

const EVALUATIONS = 'prometheus_rule_evaluation_failures_total{rule_group="a"}';
const DROPPED = 'prometheus_notifications_dropped_total{}';
const KNOWN = 'prometheus_notifications_alertmanagers_discovered{}';
const NOTIFICATIONS = 'alertmanager_notifications_failed_total{integration="slack"}';

export const monitoringTests = [
  monitoringTest('PrometheusRulesFailing', counter(EVALUATIONS, 4), counter(EVALUATIONS, 0), { fires: 15, ends: 29.5 }),
  monitoringTest('PrometheusNotificationsFailing', counter(DROPPED, 4), counter(DROPPED, 0), { fires: 15, ends: 29.5 }),
  monitoringTest('PrometheusNotificationsFailing', gauge(KNOWN, 0), gauge(KNOWN, 1), { fires: 15, ends: 25 }),
  monitoringTest('AlertmanagerNotificationsFailing', counter(NOTIFICATIONS, 4), counter(NOTIFICATIONS, 0), {
    fires: 15,
    ends: 39.5,
  }),
  ...['prometheus', 'alertmanager'].map((program) => {
    const loaded = `${program}_config_last_reload_successful{}`;
    return monitoringTest('MonitoringReloadFailed', gauge(loaded, 0), gauge(loaded, 1), { fires: 15, ends: 35 });
  }),
];
