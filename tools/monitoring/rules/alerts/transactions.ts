import { JOB, observations, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';
import { busy } from './shares';

const EXHAUSTED = 'unit_of_work_retries_exhausted_total';

export const transactionAlerts: RuleGroup = {
  name: 'database-transactions',
  comment: 'Exhausted retries, and transactions that wait between their statements.',
  rules: [
    alert({
      alert: 'DatabaseTransactionRetriesExhausted',
      expr: `${sumRate(EXHAUSTED, '5m')} > 0.01\nand on (${JOB}) ${sumRate(EXHAUSTED, '2m')} > 0.005`,
      for: '5m',
      severity: 'warning',
      summary: 'Transactions of {{ $labels.job }} fail after their last retry',
      description:
        `{{ printf "%.3f" $value }} transactions per second of ${HERE} fail because every attempt conflicted with ` +
        'other transactions (more than 0.01 per second for 5 minutes).',
    }),
    alert({
      alert: 'DatabaseTransactionIdleHigh',
      expr:
        'namespace_job:db_transaction_idle_seconds:p95_rate5m > 1\n' +
        busy(observations('db_transaction_idle_seconds', '5m')),
      for: '10m',
      severity: 'warning',
      summary: 'Transactions of {{ $labels.job }} are idle for too long',
      description:
        `The 95th percentile of the time that a transaction of ${HERE} spends without a running statement is ` +
        '{{ $value | humanizeDuration }} (more than 1 s for 10 minutes). Meanwhile it holds locks and a connection.',
    }),
  ],
};
