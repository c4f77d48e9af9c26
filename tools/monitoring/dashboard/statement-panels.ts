import { RAW } from './expressions';
import type { DashboardRow, TableColumn } from './panel';

/** Leads to the lines of the log that have it. */
const FINGERPRINT: TableColumn = {
  name: 'fingerprint',
  title: 'Fingerprint',
  width: 130,
  link: `$logs\${__value.raw}`,
};
const STATEMENT: TableColumn = { name: 'statement', title: 'Statement' };

export const statementRow: DashboardRow = {
  title: 'Top statements',
  panels: [
    {
      kind: 'table',
      title: 'Statements by Time',
      description: 'The statements that use most of the database time.',
      unit: 's',
      width: 24,
      runbook: 'SlowQueryRateWarning',
      columns: [STATEMENT, { name: 'seconds', title: 'Time', unit: 's', width: 90 }, FINGERPRINT],
      sortBy: { title: 'Time', desc: true },
      queries: [
        {
          legend: 'seconds',
          instant: true,
          format: 'table',
          expr: `topk(20, sum by (fingerprint, statement) (increase(db_statement_seconds_total{${RAW}}[$__range]) > 0))`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Statements by Calls',
      description:
        'The most frequent statements. A statement that runs once per row of another (N+1) is at the top. `other` is the sum of all statements beyond the limit.',
      unit: 'short',
      width: 24,
      columns: [STATEMENT, { name: 'calls', title: 'Calls', width: 90 }, FINGERPRINT],
      sortBy: { title: 'Calls', desc: true },
      queries: [
        {
          legend: 'calls',
          instant: true,
          format: 'table',
          expr: `topk(20, sum by (fingerprint, statement) (increase(db_statement_calls_total{${RAW}}[$__range]) > 0))`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Where Statements Come From',
      description: 'Unit of work and line of code of statements that were slow or repeated.',
      unit: 'short',
      width: 24,
      columns: [FINGERPRINT, { name: 'scope', title: 'Unit of work' }, { name: 'caller', title: 'Line of code' }],
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
};
