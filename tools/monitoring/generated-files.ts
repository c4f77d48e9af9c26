import { join } from 'node:path';
import { buildDashboard } from './dashboard/dashboard';
import { kubernetesManifests } from './kubernetes/manifests';
import { MONITORING } from './paths';

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export const DASHBOARD = join(MONITORING, 'grafana-dashboard-database-queries.json');

export const dashboardText = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;

/** The dashboard and the Kubernetes manifests. */
export function generatedFiles(): GeneratedFile[] {
  const dashboard = dashboardText();
  return [{ path: DASHBOARD, content: dashboard }, ...kubernetesManifests(dashboard)];
}
