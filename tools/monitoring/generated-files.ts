import { join } from 'node:path';
import { buildDashboard } from './dashboard/dashboard';
import { kubernetesManifests } from './kubernetes/manifests';
import { MONITORING, RULES } from './paths';
import { ruleFileText } from './rules/rule-file';
import { runBooks } from './run-books';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export const DASHBOARD = join(MONITORING, 'grafana-dashboard-database-queries.json');

export const dashboardText = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;

/** The rules, the dashboard, the Kubernetes manifests and the figures of the run-books. */
export function generatedFiles(): GeneratedFile[] {
  const dashboard = dashboardText();
  const rules = ruleFileText();
  return [
    { path: RULES, content: rules },
    { path: DASHBOARD, content: dashboard },
    ...kubernetesManifests(rules, dashboard),
    ...runBooks(),
  ];
}
