import { readObjectives, seconds } from '../../objectives';
import { bucket, DATA, JOB, rate, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

const { latency } = readObjectives();
const INSTANCE = `${JOB}, instance`;
const DURATION = 'db_query_duration_seconds';
const KNOWN = `on (${JOB}) last_over_time(namespace_job:db_queries:rate5m[1d])`;

export const targetAlerts: RuleGroup = {
  name: 'database-scrape',
  comment: `Targets of jobs that reported database metrics within the last day: down, or down for a part of the time; never
up; restarted again and again. And what the metrics themselves report.`,
  rules: [
    // Every second scrape may fail, so that no failure lasts: over two minutes, it is still happening. A target that has gone has
    // no \`up\`.
    alert({
      alert: 'DatabaseScrapeDown',
      expr: `count by (${JOB}) (
  ((avg_over_time(up[5m]) and avg_over_time(up[2m]) < 0.75) and up) < 0.75
  and ${KNOWN}
)`,
      for: '5m',
      severity: 'warning',
      summary: 'Prometheus cannot scrape instances of {{ $labels.job }}',
      description:
        `Instances of ${HERE} of which Prometheus has not been able to scrape one time in four for 5 minutes: ` +
        '{{ $value }}. The job reported database metrics within the last day.',
    }),
    alert({
      alert: 'TargetNeverUp',
      expr: `count by (${JOB}) (max_over_time(up[1d]) == 0 and up == 0)`,
      for: '15m',
      severity: 'warning',
      summary: 'Instances of {{ $labels.job }} have never been up',
      description: `Instances of ${HERE} that Prometheus has not been able to scrape once in a day, or since they exist: {{ $value }}.`,
    }),
    alert({
      alert: 'ServiceCrashLooping',
      expr: `count by (${JOB}) (
  max by (${INSTANCE}) (
    resets(db_queries_total[15m])
    or changes(process_start_time_seconds[15m]) and on (${INSTANCE}) db_queries_total
  ) > 2
)`,
      severity: 'warning',
      summary: 'Instances of {{ $labels.job }} restart again and again',
      description: `Instances of ${HERE} that have started more than twice in 15 minutes: {{ $value }}.`,
    }),
    alert({
      alert: 'LatencyBucketMissing',
      expr: `group by (${JOB}) (
  ${sumRate('db_queries_total', '5m', DATA, INSTANCE)} > 0
  unless on (${INSTANCE}) (${rate(`${DURATION}_bucket`, '5m', bucket(latency.threshold))} or ${rate(DURATION, '5m')})
)`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.job }} lacks the bucket of its latency objective',
      description:
        `Instances of ${HERE} run statements, but their ${DURATION} has no bucket of ${seconds(latency.threshold)}: ` +
        'they are missing from the latency objective.',
    }),
    alert({
      alert: 'QueryTimingInternalErrors',
      expr: `sum by (${JOB}, part) (increase(db_query_timing_internal_errors_total[1h])) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'The query timing of {{ $labels.job }} has internal errors',
      description:
        `{{ printf "%.0f" $value }} internal errors of the query timing of ${HERE} in the last hour ` +
        '({{ $labels.part }}). Queries are not affected, but metrics may be wrong.',
    }),
  ],
};
