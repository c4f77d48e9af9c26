import { allAndBy, DATA, percentiles, quantile, rate, RAW, sumRate, TYPED } from './expressions';
import type { DashboardRow } from './panel';

export const queryRow: DashboardRow = {
  title: 'Queries',
  panels: [
    {
      kind: 'timeseries',
      title: 'Query Rate by Type',
      description: 'Statements per second, successful or not.',
      unit: 'ops',
      width: 8,
      runbook: 'QueryRateSpike',
      queries: [
        { legend: '{{query_type}}', expr: sumRate('db_queries_total', TYPED, 'query_type'), above0By: 'query_type' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Query Duration Percentiles',
      description:
        'Execution time only, without the wait for a connection or for another statement on the same connection. ' +
        'BEGIN, COMMIT and ROLLBACK are left out.',
      unit: 's',
      width: 8,
      runbook: 'QueryLatencyP99Warning',
      queries: percentiles('db_query_duration_seconds', DATA, { exemplars: true }),
    },
    {
      kind: 'heatmap',
      title: 'Query Durations',
      description: 'Statements per second by duration. Two bands mean two kinds of statement.',
      unit: 's',
      width: 8,
      queries: [
        {
          legend: '{{le}}',
          format: 'heatmap',
          expr:
            `sum by (le) (${rate('db_query_duration_seconds_bucket', TYPED)})` +
            ` or sum(${rate('db_query_duration_seconds', TYPED)})`,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Slow Query Rate by Type',
      description: 'Statements per second that reach the slow-query threshold.',
      unit: 'ops',
      width: 8,
      runbook: 'SlowQueryVolumeByType',
      queries: allAndBy('db_slow_queries_total', TYPED, 'query_type'),
    },
    {
      kind: 'piechart',
      title: 'Query Distribution by Type',
      description: 'Statements in the selected time range, by type.',
      unit: 'short',
      width: 8,
      runbook: 'UnusualQueryDistribution',
      queries: [
        {
          legend: '{{query_type}}',
          instant: true,
          expr: `sum by (query_type) (increase(db_queries_total{${TYPED}}[$__range])) > 0`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Query Statistics by Type',
      description: 'Statements per second, and the 99th percentile of their duration.',
      unit: 'none',
      width: 8,
      columns: [
        { name: 'query_type', title: 'Type' },
        { name: 'rate', title: 'Rate', unit: 'ops', width: 110 },
        { name: 'p99', title: 'p99', unit: 's', width: 100 },
      ],
      sortBy: { title: 'Rate', desc: true },
      queries: [
        {
          legend: 'rate',
          instant: true,
          format: 'table',
          expr: `${sumRate('db_queries_total', TYPED, 'query_type')} > 0`,
        },
        {
          legend: 'p99',
          instant: true,
          format: 'table',
          expr: quantile(0.99, 'db_query_duration_seconds', TYPED, 'query_type'),
        },
      ],
    },
  ],
};

export const errorRow: DashboardRow = {
  title: 'Errors and time-outs',
  panels: [
    {
      kind: 'timeseries',
      title: 'Errors by Class',
      description:
        'Failed statements and connections per second. The classes unique, constraint and cancelled are expected failures.',
      unit: 'ops',
      width: 8,
      runbook: 'DatabaseQueryErrorsCritical',
      queries: allAndBy('db_query_errors_total', TYPED, 'error_class'),
    },
    {
      kind: 'timeseries',
      title: 'Time-outs by Type',
      description: 'Statements per second that the database cancelled because they exceeded the statement timeout.',
      unit: 'ops',
      width: 8,
      runbook: 'QueryTimeouts',
      lines: [{ alert: 'QueryTimeouts', severity: 'critical', at: 0.01 }],
      queries: allAndBy('db_query_timeouts_total', TYPED, 'query_type'),
    },
    {
      kind: 'timeseries',
      title: 'Wait for Another Statement',
      description: 'On the same connection, when a program starts a statement before the previous one has finished.',
      unit: 's',
      width: 8,
      queries: [{ legend: 'p95', expr: quantile(0.95, 'db_query_queue_seconds', RAW) }],
    },
  ],
};
