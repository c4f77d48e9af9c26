import { JOB, mean, sumRate } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';
import { MIN_RATE } from './shares';

const BY_SCOPE = `${JOB}, scope`;
const UNIT = '{{ $labels.scope }} of {{ $labels.job }}';

export const unitOfWorkAlerts: RuleGroup = {
  name: 'database-units-of-work',
  comment: `What requests, messages, events and jobs do to the database. The scope is the template of a route, an operation,
a pattern or the name of a job.`,
  rules: [
    alert({
      alert: 'RepeatedStatements',
      expr: `${sumRate('db_repeated_statements_total', '5m', '', BY_SCOPE)} > 0.1`,
      for: '15m',
      severity: 'info',
      summary: `${UNIT} repeats statements`,
      description:
        `{{ $labels.scope }} of ${HERE} repeats the same statement in {{ printf "%.2f" $value }} units of work per ` +
        'second (more than 0.1 per second for 15 minutes).',
    }),
    alert({
      alert: 'QueryBudgetExceeded',
      expr: `${sumRate('db_query_budget_exceeded_total', '5m', '', BY_SCOPE)} > 0.1`,
      for: '15m',
      severity: 'info',
      summary: `${UNIT} exceeds its query budget`,
      description:
        `{{ $labels.scope }} of ${HERE} exceeds its query budget {{ printf "%.2f" $value }} times per second ` +
        '(more than 0.1 per second for 15 minutes).',
    }),
    alert({
      alert: 'UnitOfWorkStatementsHigh',
      expr: `${mean('db_scope_statements', '5m', BY_SCOPE, MIN_RATE)}\n> 50`,
      for: '15m',
      severity: 'info',
      summary: `${UNIT} sends many statements`,
      description:
        `{{ $labels.scope }} of ${HERE} sends {{ printf "%.0f" $value }} statements on average ` +
        '(more than 50 for 15 minutes).',
    }),
    alert({
      alert: 'UnitOfWorkDatabaseTimeHigh',
      expr: `${mean('db_scope_seconds', '5m', BY_SCOPE, MIN_RATE)}\n> 0.5`,
      for: '15m',
      severity: 'info',
      summary: `${UNIT} spends a long time in the database`,
      description:
        `{{ $labels.scope }} of ${HERE} spends {{ $value | humanizeDuration }} in the database on average ` +
        '(more than 500 ms for 15 minutes).',
    }),
  ],
};
