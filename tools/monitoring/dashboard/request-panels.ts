import { budgetOf, percent, readObjectives, seconds } from '../objectives';
import { budgetLeft, burnRate, DAYS, BUDGET_COLOURS } from './budgets';
import { observations, quantile, RAW, rate } from './expressions';
import type { DashboardRow } from './panel';

const { requests } = readObjectives();
const REQUESTS = 'http_request_duration_seconds';
const LATE = 'namespace_job:http_late_requests';
const FAILED = 'namespace_job:http_failed_requests';
const ROUTE = 'method, route';

/** What clients notice. */
export const requestRow: DashboardRow = {
  title: 'Requests',
  panels: [
    {
      kind: 'stat',
      title: 'Request latency budget left',
      description:
        `What is left of the ${DAYS}-day budget: ${percent(budgetOf(requests.latency))} of the requests may take more than ` +
        `${seconds(requests.latency.threshold)}. Below 0, it is spent.`,
      unit: 'percentunit',
      max: 1,
      width: 6,
      thresholds: BUDGET_COLOURS,
      runbook: 'RequestLatencyBudgetBurnWarning',
      queries: [budgetLeft(LATE, 'namespace_job:http_timed_requests', budgetOf(requests.latency))],
    },
    {
      kind: 'stat',
      title: 'Request error budget left',
      description: `What is left of the ${DAYS}-day budget: ${percent(budgetOf(requests.errors))} of the requests may fail with 5xx or be refused.`,
      unit: 'percentunit',
      max: 1,
      width: 6,
      thresholds: BUDGET_COLOURS,
      runbook: 'RequestErrorBudgetBurnWarning',
      queries: [budgetLeft(FAILED, 'namespace_job:http_requests', budgetOf(requests.errors))],
    },
    {
      kind: 'timeseries',
      title: 'Burn rate of requests over an hour',
      description: `At 1 a budget lasts exactly ${DAYS} days. At 14.4 for an hour you are paged.`,
      unit: 'none',
      width: 12,
      runbook: 'RequestErrorBudgetBurnCritical',
      queries: [
        burnRate(LATE, budgetOf(requests.latency), 'latency'),
        burnRate(FAILED, budgetOf(requests.errors), 'errors'),
      ],
    },
    {
      kind: 'timeseries',
      title: 'Requests by Route',
      description: 'Per second, without probes and what was refused before routing.',
      unit: 'reqps',
      width: 8,
      queries: [{ legend: '{{method}} {{route}}', expr: observations(REQUESTS, RAW, ROUTE) }],
    },
    {
      kind: 'timeseries',
      title: 'Failed Requests by Route',
      description: 'Responses of the class 5xx per second, and refused requests by reason.',
      unit: 'reqps',
      width: 8,
      runbook: 'RequestErrorBudgetBurnCritical',
      queries: [
        {
          legend: '{{method}} {{route}}',
          expr: observations(REQUESTS, `${RAW},status_class="5xx"`, ROUTE),
        },
        { legend: 'refused: {{reason}}', expr: `sum by (reason) (${rate('http_requests_refused_total', RAW)})` },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Request Duration p95 by Route',
      description: 'From the headers of a request to the end of its response.',
      unit: 's',
      width: 8,
      runbook: 'RequestLatencyBudgetBurnCritical',
      queries: [{ legend: '{{method}} {{route}}', expr: quantile(0.95, REQUESTS, RAW, ROUTE) }],
    },
  ],
};
