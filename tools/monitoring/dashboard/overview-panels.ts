import { budgetOf, percent, readObjectives, seconds } from '../objectives';
import { BUDGET_COLOURS, budgetLeft, burnRate, DAYS } from './budgets';
import { ANY, observations, RAW, RECORDED, sumRate } from './expressions';
import type { DashboardRow, PanelDescription, PanelQuery } from './panel';
import { RUNBOOKS } from './runbooks';

const { latency, errors, requests } = readObjectives();

const LATE = 'namespace_job:db_late_queries';
const FAILED = 'namespace_job:db_query_errors_unexpected';
const LATE_REQUESTS = 'namespace_job:http_late_requests';
const FAILED_REQUESTS = 'namespace_job:http_failed_requests';
const JOB = 'cluster, namespace, job';

/** What an alert compares: it has a line where the panel has one. */
const recorded = (name: string): PanelQuery[] => [{ legend: '{{job}}', expr: `${name}{${RECORDED}}` }];

/** With a greater value, it is above the others in the table. */
const firing = (severity: string, value: number) =>
  `${value} + group by (alertname, severity, cluster, namespace, job) (ALERTS{alertstate="firing",severity="${severity}",${ANY}})`;

const budgets = (of: string, description: string, runbook: string, queries: PanelQuery[]): PanelDescription => ({
  kind: 'stat',
  title: `Budgets left: ${of}`,
  description: `What is left of the ${DAYS}-day budgets: ${description} Below 0, it is spent.`,
  unit: 'percentunit',
  max: 1,
  width: 6,
  height: 8,
  noValue: 'after an hour',
  thresholds: BUDGET_COLOURS,
  runbook,
  queries,
});

/** The first screen: what is wrong now, what is left of the objectives, and what pages. */
export const overviewRow: DashboardRow = {
  title: 'What pages',
  panels: [
    {
      kind: 'table',
      title: 'Firing alerts',
      description: 'All alerts that fire now. Each leads to its run-book.',
      unit: 'none',
      width: 12,
      height: 8,
      noValue: 'No alert fires',
      columns: [
        {
          name: 'severity',
          title: 'Severity',
          width: 90,
          colours: { critical: 'red', warning: 'orange', info: 'blue' },
        },
        { name: 'alertname', title: 'Alert', width: 290, link: `${RUNBOOKS}\${__value.raw}.md` },
        { name: 'cluster', title: 'Cluster', width: 100 },
        { name: 'namespace', title: 'Namespace', width: 110 },
        { name: 'job', title: 'Job' },
      ],
      queries: [
        {
          legend: 'number',
          instant: true,
          format: 'table',
          expr: `sort_desc(${['info', 'warning', 'critical'].map(firing).join(' or ')})`,
        },
      ],
    },
    budgets(
      'requests',
      `${percent(budgetOf(requests.latency))} of the requests may take more than ` +
        `${seconds(requests.latency.threshold)}, and ${percent(budgetOf(requests.errors))} may fail with 5xx or be refused.`,
      'RequestErrorBudgetBurnWarning',
      [
        budgetLeft('in time', LATE_REQUESTS, 'namespace_job:http_timed_requests', budgetOf(requests.latency)),
        budgetLeft('served', FAILED_REQUESTS, 'namespace_job:http_requests', budgetOf(requests.errors)),
      ],
    ),
    budgets(
      'queries',
      `${percent(budgetOf(latency))} of the statements may take more than ${seconds(latency.threshold)}, and ` +
        `${percent(budgetOf(errors))} may fail, not counting expected failures.`,
      'DatabaseLatencyBudgetBurnWarning',
      [
        budgetLeft('in time', LATE, 'namespace_job:db_queries', budgetOf(latency)),
        budgetLeft('served', FAILED, 'namespace_job:db_attempts', budgetOf(errors)),
      ],
    ),
    {
      kind: 'timeseries',
      title: 'Burn Rate over an Hour',
      description: `At 1 a budget lasts exactly ${DAYS} days. At 14.4 for an hour you are paged.`,
      unit: 'none',
      width: 8,
      height: 7,
      runbook: 'RequestErrorBudgetBurnCritical',
      lines: [
        { alert: 'RequestErrorBudgetBurnCritical', severity: 'critical', at: 14.4, times: budgetOf(requests.errors) },
      ],
      queries: [
        burnRate(LATE_REQUESTS, budgetOf(requests.latency), 'late requests'),
        burnRate(FAILED_REQUESTS, budgetOf(requests.errors), 'failed requests'),
        burnRate(LATE, budgetOf(latency), 'late queries'),
        burnRate(FAILED, budgetOf(errors), 'failed queries'),
      ],
    },
    {
      kind: 'timeseries',
      title: 'Slow Query Percentage',
      description: `Share of the statements of five minutes that took more than ${seconds(latency.threshold)}, without BEGIN, COMMIT and ROLLBACK.`,
      unit: 'percentunit',
      width: 8,
      height: 7,
      runbook: 'SlowQueryRateCritical',
      lines: [
        { alert: 'SlowQueryRateWarning', severity: 'warning', at: 0.05 },
        { alert: 'SlowQueryRateCritical', severity: 'critical', at: 0.1 },
      ],
      queries: recorded('namespace_job:db_slow_queries:ratio_rate5m'),
    },
    {
      kind: 'timeseries',
      title: 'Query Duration p99',
      description: '1 % of the statements of five minutes took longer, without BEGIN, COMMIT and ROLLBACK.',
      unit: 's',
      width: 8,
      height: 7,
      runbook: 'QueryLatencyP99Critical',
      lines: [
        { alert: 'QueryLatencyP99Warning', severity: 'warning', at: 0.5 },
        { alert: 'QueryLatencyP99Critical', severity: 'critical', at: 1 },
      ],
      queries: recorded('namespace_job:db_query_duration_seconds:p99_rate5m'),
    },
    {
      kind: 'timeseries',
      title: 'Failed Queries',
      description: 'Share of the statements of five minutes that failed, not counting expected failures.',
      unit: 'percentunit',
      width: 8,
      height: 7,
      runbook: 'DatabaseQueryErrorsCritical',
      lines: [
        { alert: 'DatabaseQueryErrorsWarning', severity: 'warning', at: 0.01 },
        { alert: 'DatabaseQueryErrorsCritical', severity: 'critical', at: 0.05 },
      ],
      queries: recorded(`${FAILED}:ratio_rate5m`),
    },
    {
      kind: 'timeseries',
      title: 'Wait for a Connection p95',
      description: '5 % of the waits of five minutes were longer, including those that timed out.',
      unit: 's',
      width: 8,
      height: 7,
      runbook: 'DatabasePoolAcquireSlow',
      lines: [{ alert: 'DatabasePoolAcquireSlow', severity: 'warning', at: 0.1 }],
      queries: recorded('namespace_job:db_pool_acquire_seconds:p95_rate5m'),
    },
    {
      kind: 'timeseries',
      title: 'Database Unreachable',
      description: 'Share of the attempts to get a connection that failed: refused, timed out, or with a full queue.',
      unit: 'percentunit',
      max: 1,
      width: 8,
      height: 7,
      runbook: 'DatabaseUnreachable',
      lines: [{ alert: 'DatabaseUnreachable', severity: 'critical', at: 0.5 }],
      queries: [
        {
          legend: '{{job}}',
          expr:
            `${sumRate('db_pool_acquire_failures_total', RAW, JOB)}` +
            ` / (${observations('db_pool_acquire_seconds', RAW, JOB)} > 0)`,
        },
      ],
    },
  ],
};
