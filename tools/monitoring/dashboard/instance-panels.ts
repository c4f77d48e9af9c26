import { DATA, quantile, RAW, sumRate, TYPED } from './expressions';
import type { DashboardRow } from './panel';

const INSTANCE = 'instance';

/** One that differs from the others is the cause, or has it. */
export const instanceRow: DashboardRow = {
  title: 'Instances',
  panels: [
    {
      kind: 'timeseries',
      title: 'Queries by Instance',
      description: 'Statements per second. One instance that has less than the others gets less work, or is stuck.',
      unit: 'ops',
      width: 6,
      queries: [{ legend: '{{instance}}', expr: sumRate('db_queries_total', TYPED, INSTANCE) }],
    },
    {
      kind: 'timeseries',
      title: 'Query Duration p99 by Instance',
      description: 'If one instance is slow, the cause is there; if all are, it is in the database.',
      unit: 's',
      width: 6,
      runbook: 'QueryLatencyP99Warning',
      queries: [{ legend: '{{instance}}', expr: quantile(0.99, 'db_query_duration_seconds', DATA, INSTANCE) }],
    },
    {
      kind: 'timeseries',
      title: 'Errors by Instance',
      description: 'Failed statements and connections per second, expected failures too.',
      unit: 'ops',
      width: 6,
      runbook: 'DatabaseQueryErrorsCritical',
      queries: [{ legend: '{{instance}}', expr: sumRate('db_query_errors_total', TYPED, INSTANCE) }],
    },
    {
      kind: 'timeseries',
      title: 'Pool Use by Instance',
      description: 'Share of the connections of the fullest pool of each instance that are in use.',
      unit: 'percentunit',
      max: 1,
      width: 6,
      runbook: 'DatabasePoolSaturated',
      queries: [
        {
          legend: '{{instance}}',
          expr:
            `max by (instance) (db_pool_connections{${RAW},state="active"}` +
            ` / ignoring (state) db_pool_max_connections{${RAW}})`,
        },
      ],
    },
  ],
};
