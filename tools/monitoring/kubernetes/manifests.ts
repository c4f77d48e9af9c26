import { join } from 'node:path';
import { stringify } from 'yaml';
import { SERVICE_NAME } from '../../../src/infrastructure/config/service-name';
import { ROOT } from '../paths';
import { readRules } from '../rules';

const DIRECTORY = join(ROOT, 'deployments/kubernetes/monitoring');
const HEADER = '# Made by npm run regenerate.\n';
const labels = { 'app.kubernetes.io/name': SERVICE_NAME, 'app.kubernetes.io/component': 'monitoring' };

/** The alert rules in the format of the Prometheus operator. */
export const prometheusRule = () => ({
  apiVersion: 'monitoring.coreos.com/v1' as const,
  kind: 'PrometheusRule' as const,
  metadata: { name: 'database-queries', labels },
  spec: readRules() as any,
});

/** Scrapes the management port of every Service with this name; `job` is the Service's name, `namespace` its namespace. */
export const serviceMonitor = () => ({
  apiVersion: 'monitoring.coreos.com/v1' as const,
  kind: 'ServiceMonitor' as const,
  metadata: { name: SERVICE_NAME, labels },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': SERVICE_NAME } },
    endpoints: [{ port: 'management', path: '/metrics', interval: '15s', scrapeTimeout: '10s' }],
  },
});

/** Grafana's sidecar loads every ConfigMap with this label. */
export const dashboardConfigMap = (dashboard: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'grafana-dashboard-database-queries', labels: { ...labels, grafana_dashboard: '1' } },
  data: { 'grafana-dashboard-database-queries.json': dashboard },
});

/** All manifests, with their kustomization. @param dashboard the content of the dashboard's file */
export function kubernetesManifests(dashboard: string): { path: string; content: string }[] {
  const resources = {
    'prometheus-rule.yaml': prometheusRule(),
    'service-monitor.yaml': serviceMonitor(),
    'dashboard.yaml': dashboardConfigMap(dashboard),
  };
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: Object.keys(resources),
  };
  return Object.entries({ ...resources, 'kustomization.yaml': kustomization }).map(([name, manifest]) => ({
    path: join(DIRECTORY, name),
    content: HEADER + stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
  }));
}
