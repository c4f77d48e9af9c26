/** What an instance does: the growth of its counters per minute, and the values of its gauges, by series. */
export interface Workload {
  readonly counters: Readonly<Record<string, number>>;
  /** `gone`: the instance reports all but this one. */
  readonly gauges?: Readonly<Record<string, number | 'gone'>>;
  /** False: Prometheus cannot scrape the instance. Its gauges then come from Prometheus, such as `up`. */
  readonly isScrapable?: false;
}

const BOUNDS = ['0.05', '0.1', '0.25', '0.5', '1', '2.5', '5'] as const;
type Bound = (typeof BOUNDS)[number];

/** The number of observations in each bucket, above the previous bound and up to this one. */
export type Observations = Readonly<Partial<Record<Bound, number>>>;

/** The counters of a histogram. @param observations per minute */
export function histogram(name: string, observations: Observations, labels = ''): Record<string, number> {
  const counters: Record<string, number> = {};
  const prefix = labels ? `${labels},` : '';
  let sum = 0;
  for (const bound of BOUNDS) {
    sum += observations[bound] ?? 0;
    counters[`${name}_bucket{${prefix}le="${bound}"}`] = sum;
  }
  counters[`${name}_bucket{${prefix}le="+Inf"}`] = sum;
  counters[`${name}_count{${labels}}`] = sum;
  return counters;
}

export interface Statements {
  readonly perMinute: number;
  readonly slow?: number;
  readonly timeouts?: number;
  readonly errors?: Readonly<Record<string, number>>;
  readonly durations?: Observations;
}

/** Statements by query type. Only the metrics that are given exist. */
export function statements(byType: Readonly<Record<string, Statements>>): Workload {
  const counters: Record<string, number> = {};
  for (const [type, { perMinute, slow, timeouts, errors = {}, durations }] of Object.entries(byType)) {
    const label = `query_type="${type}"`;
    counters[`db_queries_total{${label}}`] = perMinute;
    if (slow !== undefined) counters[`db_slow_queries_total{${label}}`] = slow;
    if (timeouts !== undefined) counters[`db_query_timeouts_total{${label}}`] = timeouts;
    for (const [name, count] of Object.entries(errors)) {
      counters[`db_query_errors_total{${label},error_class="${name}"}`] = count;
    }
    if (durations) Object.assign(counters, histogram('db_query_duration_seconds', durations, label));
  }
  return { counters };
}

export interface Pool {
  readonly active: number;
  readonly max: number;
  readonly pending?: number;
}

export function pool({ active, max, pending = 0 }: Pool): Workload {
  return {
    counters: {},
    gauges: {
      'db_pool_connections{state="active"}': active,
      'db_pool_connections{state="idle"}': max - active,
      'db_pool_max_connections{}': max,
      'db_pool_pending{}': pending,
    },
  };
}

export function both(one: Workload, other: Workload): Workload {
  return { counters: { ...one.counters, ...other.counters }, gauges: { ...one.gauges, ...other.gauges } };
}

/** The same workload, multiplied by a factor. */
export function times(factor: number, { counters, gauges }: Workload): Workload {
  const scaled = Object.fromEntries(Object.entries(counters).map(([series, value]) => [series, value * factor]));
  return { counters: scaled, gauges };
}
