import { join } from 'node:path';
import { buildDashboard } from './dashboard/dashboard';
import { kubernetesManifests } from './kubernetes/manifests';
import { MONITORING, RULES } from './paths';
import { ruleFileText } from './rules/rule-file';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export const DASHBOARD = join(MONITORING, 'grafana-dashboard-database-queries.json');

export const dashboardText = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;

/** The rules, the dashboard and the Kubernetes manifests. */
export function generatedFiles(): GeneratedFile[] {
  const dashboard = dashboardText();
  const rules = ruleFileText();
  return [
    { path: RULES, content: rules },
    { path: DASHBOARD, content: dashboard },
    ...kubernetesManifests(rules, dashboard),
  ];
}
