import { percent, readObjectives, seconds } from '../../objectives';
import { JOB, quantile, sum, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';
import { busy, lasting } from './shares';

const { latency } = readObjectives();
const P99 = 'namespace_job:db_query_duration_seconds:p99_rate';
const SLOW = 'namespace_job:db_slow_queries:ratio_rate';

const slow = (threshold: number) => ({
  summary: `More than ${percent(threshold)} of the queries of {{ $labels.job }} are slow`,
  description: (minutes: number) =>
    `{{ $value | humanizePercentage }} of the queries of ${HERE} took more than ${seconds(latency.threshold)} in the ` +
    `last 5 minutes (more than ${percent(threshold)} for ${minutes} minutes).`,
});

const late = (threshold: number, minutes: number) =>
  `The 99th percentile of the query duration of ${HERE} is {{ $value | humanizeDuration }} ` +
  `(more than ${seconds(threshold)} for ${minutes} minutes).`;

const WRITES = 'query_type=~"INSERT|UPDATE"';
const DURATION = 'db_query_duration_seconds';

/** Of the day before, from half an hour ago on: an ordinary mix of statements is not unusual. */
const share = 'namespace_job_query_type:db_queries:share_rate5m';
const UNUSUAL = { share: 0.8, more: 0.2 };

export const queryAlerts: RuleGroup = {
  name: 'database-queries',
  comment: `Twelve alerts: 4 critical, 6 warning, 2 info. Ratios and quantiles count only with traffic: more than 12
statements per minute. Where \`for\` is as long as the range, a short range shows that it is still happening.`,
  rules: [
    alert({
      alert: 'SlowQueryRateCritical',
      expr: `${lasting(SLOW, 0.1)}\n${busy()}`,
      for: '5m',
      severity: 'critical',
      summary: slow(0.1).summary,
      description: slow(0.1).description(5),
    }),
    alert({
      alert: 'QueryLatencyP99Critical',
      expr: `${lasting(P99, 1)}\n${busy()}`,
      for: '5m',
      severity: 'critical',
      summary: '1 % of the queries of {{ $labels.job }} take more than a second',
      description: late(1, 5),
    }),
    alert({
      alert: 'QueryTimeouts',
      expr: lasting('namespace_job:db_query_timeouts:rate', 0.01),
      for: '5m',
      severity: 'critical',
      summary: 'Queries of {{ $labels.job }} time out',
      description:
        `The database cancels {{ printf "%.3f" $value }} queries per second of ${HERE} because they exceed the ` +
        'statement timeout (more than 0.01 per second for 5 minutes).',
    }),
    // From what is recorded: one series per job, whatever instances came and went.
    alert({
      alert: 'DatabaseMetricsNotReporting',
      expr: `(
  group by (${JOB}) (last_over_time(namespace_job:db_queries:known[1d]))
  unless group by (${JOB}) (db_queries_total)
)
or (absent_over_time(namespace_job:db_queries:known[1d]) and absent(db_queries_total))`,
      for: '5m',
      severity: 'critical',
      summary: '{{ with $labels.job }}No instance of {{ . }}{{ else }}No job{{ end }} reports database metrics',
      description:
        `{{ if $labels.job }}No instance of ${HERE} has reported database metrics for 5 minutes, although one did ` +
        'within the last day, or before its targets were down{{ else }}No job has reported database metrics for a day{{ end }}. The service is down, or ' +
        'Prometheus cannot reach it.',
    }),
    alert({
      alert: 'SlowQueryRateWarning',
      expr: `${SLOW}5m > 0.05\n${busy()}`,
      for: '10m',
      severity: 'warning',
      summary: slow(0.05).summary,
      description: slow(0.05).description(10),
    }),
    alert({
      alert: 'QueryLatencyP99Warning',
      expr: `${P99}5m > 0.5\n${busy()}`,
      for: '15m',
      severity: 'warning',
      summary: '1 % of the queries of {{ $labels.job }} take more than half a second',
      description: late(0.5, 15),
    }),
    alert({
      alert: 'SelectQueryLatencyHigh',
      expr:
        `namespace_job_query_type:${DURATION}:p95_rate5m{query_type="SELECT"} > 0.3\n` +
        busy('namespace_job_query_type:db_queries:rate5m{query_type="SELECT"}'),
      for: '10m',
      severity: 'warning',
      summary: 'Reads of {{ $labels.job }} are slow',
      description:
        `The 95th percentile of the duration of the SELECT statements of ${HERE} is {{ $value | humanizeDuration }} ` +
        '(more than 300 ms for 10 minutes).',
    }),
    alert({
      alert: 'InsertUpdateQueryLatencyHigh',
      expr:
        `(\n${quantile(
          0.95,
          sum(`namespace_job_query_type_le:${DURATION}_bucket:rate5m{${WRITES}}`, `${JOB}, le`),
          sumRate(DURATION, '5m', WRITES),
        )}\n) > 0.5\n` + busy(sum(`namespace_job_query_type:db_queries:rate5m{${WRITES}}`)),
      for: '10m',
      severity: 'warning',
      summary: 'Writes of {{ $labels.job }} are slow',
      description:
        `The 95th percentile of the duration of the INSERT and UPDATE statements of ${HERE} is ` +
        '{{ $value | humanizeDuration }} (more than 500 ms for 10 minutes).',
    }),
    alert({
      alert: 'QueryRateSpike',
      expr: 'namespace_job:db_queries:rate5m > 2 * (namespace_job:db_queries:usual_most > 1)',
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.job }} runs more than twice its usual queries',
      description:
        `For 10 minutes, ${HERE} has run more than twice as many queries as a week and a day ago at this time: ` +
        '{{ printf "%.2f" $value }} per second.',
    }),
    // A job that has disappeared counts as 0 queries per second.
    alert({
      alert: 'QueryRateDrop',
      expr: `(namespace_job:db_queries:rate5m or 0 * namespace_job:db_queries:usual_least)
< 0.5 * (namespace_job:db_queries:usual_least > 1)`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.job }} runs less than half its usual queries',
      description:
        `For 10 minutes, ${HERE} has run less than half as many queries as a week and a day ago at this time: ` +
        '{{ printf "%.2f" $value }} per second.',
    }),
    alert({
      alert: 'SlowQueryVolumeByType',
      expr: 'namespace_job_query_type:db_slow_queries:rate5m > 0.5',
      for: '10m',
      severity: 'info',
      summary: '{{ $labels.job }} has many slow {{ $labels.query_type }} statements',
      description:
        `${HERE} runs {{ printf "%.2f" $value }} slow {{ $labels.query_type }} statements per second ` +
        '(more than 0.5 per second for 10 minutes).',
    }),
    alert({
      alert: 'UnusualQueryDistribution',
      expr: `${share} > ${UNUSUAL.share}
and ${share} - avg_over_time(${share}[1d:5m] offset 30m) > ${UNUSUAL.more}
${busy('namespace_job:db_queries:rate5m', 1)}`,
      for: '20m',
      severity: 'info',
      summary: 'Most queries of {{ $labels.job }} are {{ $labels.query_type }}',
      description:
        `{{ $value | humanizePercentage }} of the queries of ${HERE} are {{ $labels.query_type }} statements ` +
        `(more than ${percent(UNUSUAL.share)} for 20 minutes, and ${percent(UNUSUAL.more)} more than in the day before).`,
    }),
  ],
};

export const volumeAlerts: RuleGroup = {
  name: 'database-volume',
  comment: 'The number of slow queries matters too: in a busy service, many slow queries may be a small ratio.',
  rules: [
    alert({
      alert: 'HighSlowQueryVolume',
      expr: 'namespace_job:db_slow_queries:rate5m > 1',
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.job }} runs many slow queries',
      description: `${HERE} runs {{ printf "%.2f" $value }} slow queries per second (more than 1 per second for 15 minutes).`,
    }),
  ],
};
