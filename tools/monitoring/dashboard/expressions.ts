import type { PanelQuery } from './panel';

// Recorded series have the labels cluster, namespace and job; raw series also instance, and some query_type.
export const PLACE = 'cluster=~"$cluster",namespace=~"$namespace"';
export const RECORDED = `${PLACE},job=~"$job"`;
/** Of the exporter of PostgreSQL, whose job is another one than the service's. */
export const SERVER = `${PLACE},job=~"$server"`;
/** Of both; and without these labels, as an alert that there is no job. */
export const ANY = 'cluster=~"$cluster|",namespace=~"$namespace|",job=~"$job|$server|"';
export const RAW = `${RECORDED},instance=~"$instance"`;
export const TYPED = `${RAW},query_type=~"$query_type"`;
/** Transaction control is left out of ratios and percentiles, as in the alerts. */
export const DATA = `${TYPED},query_type!~"BEGIN|COMMIT|ROLLBACK"`;
export const rate = (metric: string, labels: string) => `rate(${metric}{${labels}}[$__rate_interval])`;
export const sumRate = (metric: string, labels: string, by: string) => `sum by (${by}) (${rate(metric, labels)})`;

/** Only the curves that are above 0 at some time of the range. */
export const everAbove0 = (expr: string, by: string) =>
  `(${expr}) and on (${by}) (max_over_time((${expr})[$__range:$__rate_interval] @ end()) > 0)`;

// A histogram may be classic or native, as in the rules. Where nothing is observed, there is no quantile, rather than NaN.
export const quantile = (q: number, metric: string, labels: string, by = '') =>
  `(histogram_quantile(${q}, ${sumRate(`${metric}_bucket`, labels, by ? `${by}, le` : 'le')})` +
  ` or histogram_quantile(${q}, ${sumRate(metric, labels, by)})) >= 0`;
/** Observations per second. */
export const observations = (metric: string, labels: string, by: string) =>
  `(${sumRate(`${metric}_count`, labels, by)} or histogram_count(${sumRate(metric, labels, by)}))`;
export const mean = (metric: string, labels: string, by: string) =>
  `(${sumRate(`${metric}_sum`, labels, by)} or histogram_sum(${sumRate(metric, labels, by)}))` +
  ` / (${observations(metric, labels, by)} > 0)`;
export const percentiles = (metric: string, labels: string, more: Pick<PanelQuery, 'exemplars'> = {}): PanelQuery[] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, labels), legend: `p${q * 100}`, ...more }));
/** A counter per second: all of it, and by a label where that is above 0. */
export const allAndBy = (counter: string, labels: string, by: string, legend = `{{${by}}}`): PanelQuery[] => [
  { legend: 'all', expr: `sum(${rate(counter, labels)})` },
  { legend, expr: sumRate(counter, labels, by), above0By: by },
];
export const share = (part: string, whole: string) => `sum(${part}) / (sum(${whole}) > 0)`;
