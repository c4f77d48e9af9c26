import { mean, RAW, rate, sumRate } from './expressions';
import type { DashboardRow, PanelQuery } from './panel';

const meanByScope = (metric: string): PanelQuery[] => [
  { legend: '{{scope}}', expr: `topk(10, ${mean(metric, RAW, 'scope')})` },
];
const rateByScope = (counter: string): PanelQuery[] => [
  { legend: 'all', expr: `sum(${rate(counter, RAW)})` },
  { legend: '{{scope}}', expr: `topk(10, ${sumRate(counter, RAW, 'scope')})`, above0By: 'scope' },
];

export const unitOfWorkRow: DashboardRow = {
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
      queries: meanByScope('db_scope_statements'),
    },
    {
      kind: 'timeseries',
      title: 'Database Time per Unit of Work',
      description: 'The mean of the execution time of all its statements.',
      unit: 's',
      width: 12,
      runbook: 'UnitOfWorkDatabaseTimeHigh',
      queries: meanByScope('db_scope_seconds'),
    },
    {
      kind: 'timeseries',
      title: 'Repeated Statements',
      description: 'Units of work that sent the same statement again and again (N+1). The log names the statements.',
      unit: 'ops',
      width: 12,
      runbook: 'RepeatedStatements',
      queries: rateByScope('db_repeated_statements_total'),
    },
    {
      kind: 'timeseries',
      title: 'Query Budgets Exceeded',
      description: 'Units of work that did more than @QueryBudget() or the default budget allows.',
      unit: 'ops',
      width: 12,
      runbook: 'QueryBudgetExceeded',
      queries: rateByScope('db_query_budget_exceeded_total'),
    },
  ],
};
