import { join } from 'node:path';
import { buildDashboard } from './dashboard/dashboard';
import { kubernetesManifests } from './kubernetes/manifests';
import { MONITORING } from './paths';
import { ruleTestFiles } from './alert-tests/rule-test-files';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export const DASHBOARD = join(MONITORING, 'grafana-dashboard-database-queries.json');

export const dashboardText = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;

/** Everything under deployments/ that is made from something else. */
export function generatedFiles(): GeneratedFile[] {
  const dashboard = dashboardText();
  return [...ruleTestFiles(), { path: DASHBOARD, content: dashboard }, ...kubernetesManifests(dashboard)];
}
