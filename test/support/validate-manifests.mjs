// Validates manifests, a JSON array on standard input, against the schemas of Kubernetes and of the Prometheus operator.
// Jest cannot load the packages with the schemas: they have no CommonJS.
import { readFileSync } from 'node:fs';
import { Probe } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Probe';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';

/** @type {Readonly<Record<string, new (manifest: any) => { validate(): void }>>} */
const kinds = {
  ...{ ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Namespace, NetworkPolicy, PodDisruptionBudget, Service },
  ...{ Probe, PrometheusRule, ServiceMonitor },
};
for (const manifest of JSON.parse(readFileSync(0, 'utf8'))) {
  const Kind = kinds[manifest.kind];
  if (!Kind) throw new Error(`${manifest.kind}: unknown kind`);
  new Kind(manifest).validate();
}
