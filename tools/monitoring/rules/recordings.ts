import { DATA, JOB, quantile, sum, sumRate } from './promql';
import { record, type RuleGroup } from './rule';

const BY_TYPE = `${JOB}, query_type`;
const DURATION = 'db_query_duration_seconds';

/** The 95th percentile of a histogram without further labels, and the rates of its buckets. */
const p95 = (metric: string) => [
  record(`namespace_job_le:${metric}_bucket:rate5m`, sumRate(`${metric}_bucket`, '5m', '', `${JOB}, le`)),
  record(
    `namespace_job:${metric}:p95_rate5m`,
    quantile(0.95, `namespace_job_le:${metric}_bucket:rate5m`, sumRate(metric, '5m')),
  ),
];

export const recordings: RuleGroup = {
  name: 'database-recordings',
  comment: `Shared by the alerts and the dashboard, named level:metric:operation; the level has the label cluster too, if
there is one. An idle job has no ratio: nothing is divided by 0.
Ratios, percentiles and the query rate of a job leave out BEGIN, COMMIT and ROLLBACK: they are many, and usually fast,
so they would hide slow statements. What is recorded by query type has them too.
Histograms may be classic or native.`,
  rules: [
    record('namespace_job_query_type:db_queries:rate5m', sumRate('db_queries_total', '5m', '', BY_TYPE)),
    record('namespace_job_query_type:db_slow_queries:rate5m', sumRate('db_slow_queries_total', '5m', '', BY_TYPE)),
    record('namespace_job:db_slow_queries:rate5m', sumRate('db_slow_queries_total', '5m')),
    // A job that is down stays known for as long as it has targets, and then for another day.
    record(
      'namespace_job:db_queries:known',
      `group by (${JOB}) (db_queries_total)\n` +
        `or group by (${JOB}) (up == 0) and last_over_time(namespace_job:db_queries:known[1d])`,
    ),
    record(
      'namespace_job_error_class:db_query_errors:rate5m',
      sumRate('db_query_errors_total', '5m', '', `${JOB}, error_class`),
    ),
    record('namespace_job:db_query_timeouts:rate5m', sumRate('db_query_timeouts_total', '5m')),
    record('namespace_job:db_query_timeouts:rate2m', sumRate('db_query_timeouts_total', '2m')),
    record(
      `namespace_job_query_type_le:${DURATION}_bucket:rate5m`,
      sumRate(`${DURATION}_bucket`, '5m', '', `${BY_TYPE}, le`),
    ),
    record(
      `namespace_job_le:${DURATION}_bucket:rate5m`,
      sum(`namespace_job_query_type_le:${DURATION}_bucket:rate5m{${DATA}}`, `${JOB}, le`),
    ),
    record(
      `namespace_job:${DURATION}:p99_rate5m`,
      quantile(0.99, `namespace_job_le:${DURATION}_bucket:rate5m`, sumRate(DURATION, '5m', DATA)),
    ),
    record(
      `namespace_job:${DURATION}:p99_rate2m`,
      quantile(0.99, sumRate(`${DURATION}_bucket`, '2m', DATA, `${JOB}, le`), sumRate(DURATION, '2m', DATA)),
    ),
    record(
      `namespace_job_query_type:${DURATION}:p95_rate5m`,
      quantile(0.95, `namespace_job_query_type_le:${DURATION}_bucket:rate5m`, sumRate(DURATION, '5m', '', BY_TYPE)),
    ),
    ...p95('db_pool_acquire_seconds'),
    record(
      'namespace_job:db_pool_usage:max',
      `max by (${JOB}) (db_pool_connections{state="active"} / ignoring (state) db_pool_max_connections)`,
    ),
    ...p95('db_transaction_idle_seconds'),
  ],
};
