import { budgetOf, percent, readObjectives, seconds } from '../objectives';
import { BUDGET_COLOURS, budgetLeft, burnRate, DAYS } from './budgets';
import { ANY, DATA, mean, observations, percentiles, quantile, rate, RAW, share, TYPED } from './expressions';
import type { DashboardRow } from './panel';
import { requestRow } from './request-panels';
import { serverRow } from './server-panels';
import { serviceRow } from './service-panels';

const { latency, errors } = readObjectives();

const rateByScope = (metric: string) => `sum by (scope) (${rate(metric, RAW)})`;
const meanByScope = (metric: string) => `topk(10, ${mean(metric, RAW, 'scope')})`;

const LATE = 'namespace_job:db_late_queries';
const FAILED = 'namespace_job:db_query_errors_unexpected';

export const rows: readonly DashboardRow[] = [
  {
    title: 'Service levels',
    panels: [
      {
        kind: 'stat',
        title: 'Latency budget left',
        description:
          `What is left of the ${DAYS}-day budget: ${percent(budgetOf(latency))} of the statements may take more than ` +
          `${seconds(latency.threshold)}. Below 0, it is spent.`,
        unit: 'percentunit',
        max: 1,
        width: 6,
        thresholds: BUDGET_COLOURS,
        runbook: 'DatabaseLatencyBudgetBurnWarning',
        queries: [budgetLeft(LATE, 'namespace_job:db_queries', budgetOf(latency))],
      },
      {
        kind: 'stat',
        title: 'Error budget left',
        description:
          `What is left of the ${DAYS}-day budget: ${percent(budgetOf(errors))} of the statements may fail, not counting ` +
          'expected failures.',
        unit: 'percentunit',
        max: 1,
        width: 6,
        thresholds: BUDGET_COLOURS,
        runbook: 'DatabaseErrorBudgetBurnWarning',
        queries: [budgetLeft(FAILED, 'namespace_job:db_attempts', budgetOf(errors))],
      },
      {
        kind: 'timeseries',
        title: 'Burn rate over an hour',
        description: `At 1 a budget lasts exactly ${DAYS} days. At 14.4 for an hour you are paged.`,
        unit: 'none',
        width: 6,
        runbook: 'DatabaseLatencyBudgetBurnCritical',
        queries: [burnRate(LATE, budgetOf(latency), 'latency'), burnRate(FAILED, budgetOf(errors), 'errors')],
      },
      {
        kind: 'table',
        title: 'Firing alerts',
        description: 'All alerts that fire now.',
        unit: 'none',
        width: 6,
        queries: [
          {
            legend: '{{alertname}}',
            instant: true,
            format: 'table',
            expr: `count by (alertname, severity, cluster, namespace, job) (ALERTS{alertstate="firing",${ANY}})`,
          },
        ],
      },
    ],
  },
  requestRow,
  {
    title: 'Queries',
    panels: [
      {
        kind: 'timeseries',
        title: 'Query Rate by Type',
        description: 'Statements per second, successful or not.',
        unit: 'reqps',
        width: 12,
        runbook: 'QueryRateSpike',
        queries: [{ legend: '{{query_type}}', expr: `sum by (query_type) (${rate('db_queries_total', TYPED)})` }],
      },
      {
        kind: 'gauge',
        title: 'Query Duration p99',
        description: '1 % of the statements take longer, without BEGIN, COMMIT and ROLLBACK.',
        unit: 's',
        max: 1,
        width: 12,
        runbook: 'QueryLatencyP99Critical',
        thresholds: [
          { color: 'green', from: null },
          { color: 'yellow', from: 0.1 },
          { color: 'red', from: 0.5 },
        ],
        queries: [{ legend: 'p99', instant: true, expr: quantile(0.99, 'db_query_duration_seconds', DATA) }],
      },
      {
        kind: 'timeseries',
        title: 'Query Duration Percentiles',
        description:
          'Execution time only, without the wait for a connection or for another statement on the same connection. ' +
          'BEGIN, COMMIT and ROLLBACK are left out.',
        unit: 's',
        width: 12,
        runbook: 'QueryLatencyP99Warning',
        queries: percentiles('db_query_duration_seconds', DATA),
      },
      {
        kind: 'heatmap',
        title: 'Query Durations',
        description: 'Statements per second by duration. Two bands mean two kinds of statement.',
        unit: 's',
        width: 12,
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
        unit: 'reqps',
        width: 12,
        runbook: 'SlowQueryVolumeByType',
        queries: [{ legend: '{{query_type}}', expr: `sum by (query_type) (${rate('db_slow_queries_total', TYPED)})` }],
      },
      {
        kind: 'gauge',
        title: 'Slow Query Percentage',
        description: 'Share of the statements that reach the slow-query threshold, without BEGIN, COMMIT and ROLLBACK.',
        unit: 'percentunit',
        max: 0.2,
        width: 12,
        runbook: 'SlowQueryRateCritical',
        thresholds: [
          { color: 'green', from: null },
          { color: 'yellow', from: 0.05 },
          { color: 'red', from: 0.1 },
        ],
        queries: [
          {
            legend: 'slow',
            instant: true,
            expr: share(rate('db_slow_queries_total', DATA), rate('db_queries_total', DATA)),
          },
        ],
      },
      {
        kind: 'piechart',
        title: 'Query Distribution by Type',
        description: 'Statements in the selected time range, by type.',
        unit: 'short',
        width: 12,
        runbook: 'UnusualQueryDistribution',
        queries: [
          {
            legend: '{{query_type}}',
            instant: true,
            expr: `sum by (query_type) (increase(db_queries_total{${TYPED}}[$__range]))`,
          },
        ],
      },
      {
        kind: 'table',
        title: 'Query Statistics by Type',
        description: 'Queries per second, and the 99th percentile of their duration.',
        unit: 'none',
        width: 12,
        queries: [
          {
            legend: 'QPS',
            instant: true,
            format: 'table',
            expr: `sum by (query_type) (${rate('db_queries_total', TYPED)})`,
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
  },
  {
    title: 'Errors and time-outs',
    panels: [
      {
        kind: 'timeseries',
        title: 'Errors by Class',
        description:
          'Failed statements and connections per second. The classes unique, constraint and cancelled are expected failures.',
        unit: 'reqps',
        width: 8,
        runbook: 'DatabaseQueryErrorsCritical',
        queries: [
          { legend: '{{error_class}}', expr: `sum by (error_class) (${rate('db_query_errors_total', TYPED)})` },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Time-outs by Type',
        description: 'Statements per second that the database cancelled because they exceeded the statement timeout.',
        unit: 'reqps',
        width: 8,
        runbook: 'QueryTimeouts',
        queries: [
          { legend: '{{query_type}}', expr: `sum by (query_type) (${rate('db_query_timeouts_total', TYPED)})` },
        ],
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
  },
  {
    title: 'Connection pool',
    panels: [
      {
        kind: 'timeseries',
        title: 'Pool Connections',
        description: 'Connections of the pools by state, and the maximum.',
        unit: 'short',
        width: 8,
        runbook: 'DatabasePoolSaturated',
        queries: [
          { legend: '{{state}}', expr: `sum by (state) (db_pool_connections{${RAW}})` },
          { legend: 'max', expr: `sum(db_pool_max_connections{${RAW}})` },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Callers Waiting for a Connection',
        description:
          'If callers wait for more than a moment, the pool is too small or its connections are held too long. Failed ' +
          'requests by reason: timeout, refused (by the server or the network), queue_full.',
        unit: 'short',
        width: 8,
        runbook: 'DatabasePoolExhausted',
        queries: [
          { legend: 'waiting', expr: `sum(db_pool_pending{${RAW}})` },
          {
            legend: '{{reason}} per second',
            expr: `sum by (reason) (${rate('db_pool_acquire_failures_total', RAW)})`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Wait for a Connection',
        description: 'Includes waits that timed out.',
        unit: 's',
        width: 8,
        runbook: 'DatabasePoolAcquireSlow',
        queries: percentiles('db_pool_acquire_seconds', RAW),
      },
    ],
  },
  {
    title: 'Transactions',
    panels: [
      {
        kind: 'timeseries',
        title: 'Transactions by Outcome',
        description: 'Transactions per second, and retries after conflicts.',
        unit: 'reqps',
        width: 8,
        runbook: 'DatabaseTransactionRetriesExhausted',
        queries: [
          {
            legend: '{{outcome}}',
            expr: observations('db_transaction_duration_seconds', RAW, 'outcome'),
          },
          { legend: 'retried: {{reason}}', expr: `sum by (reason) (${rate('unit_of_work_retries_total', RAW)})` },
          {
            legend: 'failed after all retries: {{reason}}',
            expr: `sum by (reason) (${rate('unit_of_work_retries_exhausted_total', RAW)})`,
          },
        ],
      },
      {
        kind: 'timeseries',
        title: 'Transaction Duration',
        description: 'From BEGIN to the end of COMMIT or ROLLBACK.',
        unit: 's',
        width: 8,
        queries: percentiles('db_transaction_duration_seconds', RAW),
      },
      {
        kind: 'timeseries',
        title: 'Idle in Transaction',
        description: 'Time in a transaction without a running statement. Meanwhile it holds locks and a connection.',
        unit: 's',
        width: 8,
        runbook: 'DatabaseTransactionIdleHigh',
        queries: percentiles('db_transaction_idle_seconds', RAW),
      },
    ],
  },
  {
    title: 'Units of work',
    panels: [
      {
        kind: 'timeseries',
        title: 'Statements per Unit of Work',
        description:
          'The mean by request, message, event and job. A number that grows with the data means one statement per row.',
        unit: 'short',
        width: 12,
        runbook: 'UnitOfWorkStatementsHigh',
        queries: [{ legend: '{{scope}}', expr: meanByScope('db_scope_statements') }],
      },
      {
        kind: 'timeseries',
        title: 'Database Time per Unit of Work',
        description: 'The mean of the execution time of all its statements.',
        unit: 's',
        width: 12,
        runbook: 'UnitOfWorkDatabaseTimeHigh',
        queries: [{ legend: '{{scope}}', expr: meanByScope('db_scope_seconds') }],
      },
      {
        kind: 'timeseries',
        title: 'Repeated Statements',
        description: 'Units of work that sent the same statement again and again (N+1). The log names the statements.',
        unit: 'ops',
        width: 12,
        runbook: 'RepeatedStatements',
        queries: [{ legend: '{{scope}}', expr: `topk(10, ${rateByScope('db_repeated_statements_total')})` }],
      },
      {
        kind: 'timeseries',
        title: 'Query Budgets Exceeded',
        description: 'Units of work that did more than @QueryBudget() or the default budget allows.',
        unit: 'ops',
        width: 12,
        runbook: 'QueryBudgetExceeded',
        queries: [{ legend: '{{scope}}', expr: `topk(10, ${rateByScope('db_query_budget_exceeded_total')})` }],
      },
    ],
  },
  serviceRow,
  serverRow,
  {
    title: 'Top statements',
    panels: [
      {
        kind: 'table',
        title: 'Statements by Time',
        description: 'The statements that use most of the database time. Needs QUERY_TIMING_TOP_STATEMENTS=true.',
        unit: 's',
        width: 12,
        runbook: 'SlowQueryRateWarning',
        queries: [
          {
            legend: 'seconds',
            instant: true,
            format: 'table',
            expr: `topk(20, sum by (fingerprint, statement) (increase(db_statement_seconds_total{${RAW}}[$__range])))`,
          },
        ],
      },
      {
        kind: 'table',
        title: 'Statements by Calls',
        description:
          'The most frequent statements. A statement that runs once per row of another (N+1) is at the top. `other` is the sum of all statements beyond the limit.',
        unit: 'short',
        width: 12,
        queries: [
          {
            legend: 'calls',
            instant: true,
            format: 'table',
            expr: `topk(20, sum by (fingerprint, statement) (increase(db_statement_calls_total{${RAW}}[$__range])))`,
          },
        ],
      },
      {
        kind: 'table',
        title: 'Where Statements Come From',
        description: 'Unit of work and line of code of statements that were slow or repeated.',
        unit: 'short',
        width: 24,
        queries: [
          {
            legend: 'origin',
            instant: true,
            format: 'table',
            expr: `group by (fingerprint, scope, caller) (db_statement_origin_info{${RAW}})`,
          },
        ],
      },
    ],
  },
];

export const ALERT_ANNOTATION = `ALERTS{alertstate="firing",${ANY}}`;
/** The value is the start time of a process, in milliseconds. */
export const DEPLOY_ANNOTATION = `process_start_time_seconds{${RAW}} * 1000`;
