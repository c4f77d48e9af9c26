import type { HistogramFamily, ScalarFamily, Shape } from './metric-families';
import type { MetricsTable } from './metrics-table';
import { ScopeTable } from './scope-table';

const NONE = new ScopeTable([]);

/** A DataSource with scopes off may have its table in the same registry. */
const scopesOf = ({ scopes = NONE }: MetricsTable) => scopes;

const histogramRows = ({ scopeNames }: Shape) => scopeNames.map((scope, row) => ({ labels: { scope }, row }));

/** Only with the option `scopes`: one series per name, up to the limit. */
export const SCOPE_FAMILIES: readonly (ScalarFamily | HistogramFamily)[] = [
  {
    name: 'scope_statements',
    help: 'Statements that read or write data, per unit of work.',
    type: 'histogram',
    series: histogramRows,
    histogram: (table) => scopesOf(table).statements,
  },
  {
    name: 'scope_seconds',
    help: 'Execution time of all statements, per unit of work.',
    type: 'histogram',
    series: histogramRows,
    histogram: (table) => scopesOf(table).seconds,
  },
  {
    name: 'repeated_statements_total',
    help: 'Statements that one unit of work ran again and again, counted once per unit of work and statement.',
    type: 'counter',
    series: ({ scopeNames }) =>
      scopeNames.map((scope, row) => ({ labels: { scope }, read: (table) => scopesOf(table).repeated[row]! })),
  },
  {
    name: 'query_budget_exceeded_total',
    help: 'Units of work that did more than their budget allows.',
    type: 'counter',
    series: ({ scopeNames }) =>
      scopeNames.map((scope, row) => ({ labels: { scope }, read: (table) => scopesOf(table).exceeded[row]! })),
  },
];
