// Holds manifests, a JSON array on the standard input, to the schemas of the Prometheus operator. Jest cannot load these:
// the package has no CommonJS.
import { readFileSync } from 'node:fs';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';

/** @type {Readonly<Record<string, new (manifest: any) => { validate(): void }>>} */
const kinds = { PrometheusRule, ServiceMonitor };
for (const manifest of JSON.parse(readFileSync(0, 'utf8'))) {
  const Kind = kinds[manifest.kind];
  if (!Kind) throw new Error(`${manifest.kind}: no such kind here`);
  new Kind(manifest).validate();
}
