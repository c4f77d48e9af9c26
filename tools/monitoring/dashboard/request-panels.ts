import { observations, quantile, RAW, rate, sumRate } from './expressions';
import type { DashboardRow } from './panel';

const REQUESTS = 'http_request_duration_seconds';
const ROUTE = 'method, route';
const FAILED = `${RAW},status_class="5xx"`;

/** What clients notice. */
export const requestRow: DashboardRow = {
  title: 'Requests',
  panels: [
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
        { legend: 'all', expr: `sum(${observations(REQUESTS, FAILED, ROUTE)})` },
        { legend: '{{method}} {{route}}', expr: observations(REQUESTS, FAILED, ROUTE), above0By: ROUTE },
        { legend: 'all refused', expr: `sum(${rate('http_requests_refused_total', RAW)})` },
        {
          legend: 'refused: {{reason}}',
          expr: sumRate('http_requests_refused_total', RAW, 'reason'),
          above0By: 'reason',
        },
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
