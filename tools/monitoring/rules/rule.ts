import { readObjectives } from '../objectives';

export type Severity = 'critical' | 'warning' | 'info' | 'none';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<{ severity: Severity }>;
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url' | 'dashboard_url', string>>;
}

export interface RuleGroup {
  readonly name: string;
  /** Why the group is as it is. */
  readonly comment: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

export interface AlertDescription {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** The variable of the dashboard that has the job of the alert. Default: job */
  readonly variable?: 'job' | 'server';
}

/**
 * An alert that flaps is one alert. A warning outlasts the critical alert of its job and one group_interval of Alertmanager:
 * one that ends while it is muted would never send its end.
 */
const KEEP_FIRING: Readonly<Record<Severity, string | undefined>> = {
  critical: '5m',
  warning: '15m',
  info: '15m',
  none: undefined,
};

/** For texts: the job of the alert, and where it is. */
export const HERE =
  '{{ $labels.job }}{{ with $labels.namespace }} in {{ . }}{{ end }}{{ with $labels.cluster }} on {{ . }}{{ end }}';

const DASHBOARD = '/d/database-query-performance';
const variables = (job: string) =>
  `?var-namespace={{ $labels.namespace | urlquery }}&var-${job}={{ $labels.job | urlquery }}` +
  '{{ with $labels.cluster }}&var-cluster={{ . | urlquery }}{{ end }}';

const { links } = readObjectives();

export function alert({
  alert: name,
  expr,
  for: duration,
  severity,
  summary,
  description,
  variable = 'job',
}: AlertDescription): AlertRule {
  const keep = KEEP_FIRING[severity];
  return {
    alert: name,
    expr,
    ...(duration ? { for: duration } : {}),
    ...(keep ? { keep_firing_for: keep } : {}),
    labels: { severity },
    annotations: {
      summary,
      description,
      runbook_url: `${links.runbooks}/docs/runbooks/${name}.md#${name.toLowerCase()}`,
      dashboard_url: `${links.dashboards}${DASHBOARD}${severity === 'none' ? '' : variables(variable)}`,
    },
  };
}

export const record = (name: string, expr: string): RecordingRule => ({ record: name, expr });
