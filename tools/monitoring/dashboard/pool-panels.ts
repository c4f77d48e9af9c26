import { observations, percentiles, RAW, sumRate } from './expressions';
import type { DashboardRow } from './panel';

export const poolRow: DashboardRow = {
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
          expr: sumRate('db_pool_acquire_failures_total', RAW, 'reason'),
          above0By: 'reason',
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
};

export const transactionRow: DashboardRow = {
  title: 'Transactions',
  panels: [
    {
      kind: 'timeseries',
      title: 'Transactions by Outcome',
      description: 'Transactions per second, and retries after conflicts or on another connection.',
      unit: 'ops',
      width: 8,
      runbook: 'DatabaseTransactionRetriesExhausted',
      queries: [
        { legend: '{{outcome}}', expr: observations('db_transaction_duration_seconds', RAW, 'outcome') },
        {
          legend: 'retried: {{reason}}',
          expr: sumRate('unit_of_work_retries_total', RAW, 'reason'),
          above0By: 'reason',
        },
        {
          legend: 'failed after all retries: {{reason}}',
          expr: sumRate('unit_of_work_retries_exhausted_total', RAW, 'reason'),
          above0By: 'reason',
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
};
