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
const sumRate = (metric: string, labels: string, by: string) => `sum by (${by}) (${rate(metric, labels)})`;

// A histogram may be classic or native, as in the rules.
export const quantile = (q: number, metric: string, labels: string, by = '') =>
  `histogram_quantile(${q}, ${sumRate(`${metric}_bucket`, labels, by ? `${by}, le` : 'le')})` +
  ` or histogram_quantile(${q}, ${sumRate(metric, labels, by)})`;
/** Observations per second. */
export const observations = (metric: string, labels: string, by: string) =>
  `(${sumRate(`${metric}_count`, labels, by)} or histogram_count(${sumRate(metric, labels, by)}))`;
export const mean = (metric: string, labels: string, by: string) =>
  `(${sumRate(`${metric}_sum`, labels, by)} or histogram_sum(${sumRate(metric, labels, by)}))` +
  ` / (${observations(metric, labels, by)} > 0)`;
export const percentiles = (metric: string, labels: string): PanelQuery[] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, labels), legend: `p${q * 100}` }));
export const share = (part: string, whole: string) => `sum(${part}) / (sum(${whole}) > 0)`;
