import { percent, readObjectives, seconds } from '../objectives';
import { above, DATA, JOB, observations, reported, sum, sumRate, rate } from './promql';
import { record, type RuleGroup } from './rule';
import { BURN_WINDOWS, LONG_WINDOWS } from './windows';

const { latency, errors } = readObjectives();

/** The windows of the pages on shares, in which a job without the bucket falls back on its own threshold. */
const OF_PAGES = ['2m', '5m'];
/** Failures that are the caller's, or that are retried. */
const EXPECTED = 'unique|constraint|data|cancelled|serialization|deadlock';

const DURATION = 'db_query_duration_seconds';
export const QUERIES = 'namespace_job:db_queries';
const ATTEMPTS = 'namespace_job:db_attempts';
export const LATE = 'namespace_job:db_late_queries';
export const FAILED = 'namespace_job:db_query_errors_unexpected';
const SLOW = 'namespace_job:db_slow_queries';

const every = (windows: readonly string[], name: string, expr: (window: string) => string) =>
  windows.map((window) => record(`${name}${window}`, expr(window)));

export const serviceLevels: RuleGroup = {
  name: 'database-service-levels',
  comment: `Service level objectives. Latency: ${percent(latency.objective)} of the statements within ${seconds(latency.threshold)}.
Errors: ${percent(errors.objective)} without an unexpected failure, of the connection too.
Expected failures do not count: duplicates, violated constraints, values that the caller got wrong, cancelled requests, and
conflicts that are retried. (Exhausted retries have a separate alert.)`,
  rules: [
    ...every(['2m', '5m', '1h'], `${QUERIES}:rate`, (window) => sumRate('db_queries_total', window, DATA)),
    // With the statements that got no connection: when the database is gone, there are no others.
    ...every(BURN_WINDOWS, `${ATTEMPTS}:rate`, (window) =>
      sum(
        `\n  ${rate('db_queries_total', window, DATA)}\n` +
          `  or ${rate('db_query_errors_total', window, 'query_type="CONNECT"')}\n`,
      ),
    ),
    ...every(BURN_WINDOWS, `${LATE}:rate`, (window) => above(latency.threshold, DURATION, window, DATA)),
    ...every(BURN_WINDOWS, `${FAILED}:rate`, (window) =>
      sumRate('db_query_errors_total', window, `error_class!~"${EXPECTED}",${DATA}`),
    ),
    // Of the statements in the same histogram: in the first minutes of both, Prometheus extrapolates a native one differently from
    // a counter.
    ...every(
      BURN_WINDOWS,
      `${LATE}:ratio_rate`,
      (window) => `${LATE}:rate${window} / (${observations(DURATION, window, JOB, DATA)} > 0)`,
    ),
    ...every(
      BURN_WINDOWS,
      `${FAILED}:ratio_rate`,
      (window) => `${FAILED}:rate${window} / (${ATTEMPTS}:rate${window} > 0)`,
    ),
    ...LONG_WINDOWS.map((window) => record(`${QUERIES}:reported_${window}`, reported(`${QUERIES}:rate5m`, window))),
    // Slow is what takes longer than the objective. A job without that bucket has only what its own threshold calls slow.
    ...every(
      OF_PAGES,
      `${SLOW}:ratio_rate`,
      (window) =>
        `${LATE}:ratio_rate${window}\n` +
        `or ${sumRate('db_slow_queries_total', window, DATA)} / (${QUERIES}:rate${window} > 0)`,
    ),
  ],
};
