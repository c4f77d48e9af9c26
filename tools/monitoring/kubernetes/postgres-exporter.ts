import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NAME } from '../../../src/infrastructure/config/service-name';
import { MONITORING } from '../paths';

const NAME = `${SERVICE_NAME}-postgres`;
const IMAGE = 'quay.io/prometheuscommunity/postgres-exporter:v0.19.1';
const PORT = 9187;
/** Not the labels of the service: its NetworkPolicy and its ServiceMonitor select by them. */
const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/component': 'monitoring' };
const QUERIES = 'queries.yml';

const queries = () => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${NAME}-queries`, labels },
  data: { [QUERIES]: readFileSync(join(MONITORING, 'postgres-exporter', QUERIES), 'utf8') },
});

const deployment = () => ({
  apiVersion: 'apps/v1' as const,
  kind: 'Deployment' as const,
  metadata: { name: NAME, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'postgres-exporter',
            image: IMAGE,
            args: [
              `--extend.query-path=/etc/postgres-exporter/${QUERIES}`,
              // Series that never change; one for each column of each table, and sizes that wait for locks.
              '--disable-settings-metrics',
              '--no-collector.stat_user_tables',
              '--no-collector.statio_user_tables',
            ],
            ports: [{ name: 'metrics', containerPort: PORT }],
            env: [{ name: 'DATA_SOURCE_NAME', valueFrom: { secretKeyRef: { name: `${NAME}-exporter`, key: 'url' } } }],
            volumeMounts: [{ name: 'queries', mountPath: '/etc/postgres-exporter', readOnly: true }],
            livenessProbe: { httpGet: { path: '/', port: 'metrics' } },
            resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '128Mi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
        volumes: [{ name: 'queries', configMap: { name: `${NAME}-queries` } }],
      },
    },
  },
});

const service = () => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME, labels },
  spec: { selector: labels, ports: [{ name: 'metrics', port: PORT, targetPort: 'metrics' }] },
});

const serviceMonitor = () => ({
  apiVersion: 'monitoring.coreos.com/v1' as const,
  kind: 'ServiceMonitor' as const,
  metadata: { name: NAME, labels },
  spec: {
    selector: { matchLabels: labels },
    endpoints: [{ port: 'metrics', interval: '15s', scrapeTimeout: '10s' }],
  },
});

/** The exporter of the server's metrics, by file. `job` is the name of its Service. */
export const postgresExporter = () => ({
  'postgres-exporter-queries.yaml': queries(),
  'postgres-exporter-deployment.yaml': deployment(),
  'postgres-exporter-service.yaml': service(),
  'postgres-exporter-service-monitor.yaml': serviceMonitor(),
});
