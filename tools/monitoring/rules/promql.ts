/** The labels of a job. Without Kubernetes there is no namespace, and with one cluster no cluster. */
export const JOB = 'cluster, namespace, job';

/** BEGIN, COMMIT and ROLLBACK are many, and usually fast: they would hide slow statements. */
export const DATA = 'query_type!~"BEGIN|COMMIT|ROLLBACK"';

export const sum = (expr: string, by = JOB): string => `sum by (${by}) (${expr})`;
export const rate = (metric: string, window: string, labels = ''): string =>
  `rate(${metric}${labels && `{${labels}}`}[${window}])`;
export const sumRate = (metric: string, window: string, labels = '', by = JOB): string =>
  sum(rate(metric, window, labels), by);

/** Prometheus 3 writes the bound of a bucket that is a whole number with a decimal. */
export const bucket = (bound: number): string =>
  Number.isInteger(bound) ? `le=~"${bound}|${bound}\\\\.0"` : `le="${bound}"`;

/** A quantile of a histogram, classic or native. @param classic the rates of its buckets */
export const quantile = (q: number, classic: string, native: string): string =>
  `histogram_quantile(${q}, ${classic})\nor histogram_quantile(${q}, ${native})`;

/** The observations of a histogram per second, classic or native. */
export const observations = (metric: string, window: string, by = JOB, labels = ''): string =>
  `(${sumRate(`${metric}_count`, window, labels, by)} or histogram_count(${sumRate(metric, window, labels, by)}))`;

/**
 * The observations of a histogram above a bound per second, classic or native. Of classic ones, only those that have that bucket
 * count: while a deploy adds or removes it, some instances have none, and what they observe is not late.
 */
export const above = (bound: number, metric: string, window: string, labels: string): string => {
  const native = sumRate(metric, window, labels);
  const upTo = `sum without (le) (${rate(`${metric}_bucket`, window, bucket(bound))})`;
  return (
    `${sum(`\n  ${rate(`${metric}_count`, window, labels)}\n  - ${upTo}\n`)}\n` +
    `or histogram_count(${native}) * (1 - histogram_fraction(0, ${bound}, ${native}))`
  );
};

const MINUTES: Readonly<Record<string, number>> = { h: 60, d: 1_440 };
const STEPS = 60;

/**
 * The share of a window in which a job has reported, at most 1. A job that has existed for ten minutes has the same ratio over an
 * hour as over ten minutes: times this share, it is that of an hour in which the rest was good. A job that ran a day (three days)
 * ago at this time has reported for all of it: one that sleeps at night has no other traffic.
 */
export const reported = (recorded: string, window: string): string => {
  const step = (Number.parseInt(window, 10) * MINUTES[window.slice(-1)]!) / STEPS;
  // Nothing is found of a job that is younger than a step.
  const share = `clamp_max(count_over_time(${recorded}[${window}:${step}m]) / ${STEPS}, 1)\nor 0 * ${recorded}`;
  return window.endsWith('d') ? `(1 + 0 * ${recorded} offset ${window})\nor ${share}` : share;
};

/** The mean of a histogram, classic or native, where there are more than this many observations per second. */
export const mean = (metric: string, window: string, by: string, guard: number): string =>
  `(${sumRate(`${metric}_sum`, window, '', by)} or histogram_sum(${sumRate(metric, window, '', by)}))\n` +
  `/ (${observations(metric, window, by)} > ${guard})`;
