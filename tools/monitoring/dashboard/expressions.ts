import type { PanelQuery } from './panel';

// Recorded series have the labels cluster, namespace and job; raw series also instance, and some query_type.
export const PLACE = 'cluster=~"$cluster",namespace=~"$namespace"';
export const RECORDED = `${PLACE},job=~"$job"`;
/** Of the exporter of PostgreSQL, whose job is another one than the service's. */
export const SERVER = `${PLACE},job=~"$server"`;
export const ANY = `${PLACE},job=~"$job|$server"`;
export const RAW = `${RECORDED},instance=~"$instance"`;
export const TYPED = `${RAW},query_type=~"$query_type"`;
/** Transaction control is left out of ratios and percentiles, as in the alerts. */
export const DATA = `${TYPED},query_type!~"BEGIN|COMMIT|ROLLBACK"`;
export const rate = (metric: string, labels: string) => `rate(${metric}{${labels}}[$__rate_interval])`;
export const quantile = (q: number, metric: string, labels: string, by = 'le') =>
  `histogram_quantile(${q}, sum by (${by}) (${rate(`${metric}_bucket`, labels)}))`;
export const percentiles = (metric: string, labels: string): PanelQuery[] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, labels), legend: `p${q * 100}` }));
export const share = (part: string, whole: string) => `sum(${part}) / (sum(${whole}) > 0)`;
