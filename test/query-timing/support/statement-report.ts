import type { StatementReport } from '../../../src/query-timing/recorder/observer';

/** A successful SELECT of 1 ms. */
export const aStatementReport = (fields: Partial<StatementReport> = {}): StatementReport => ({
  sql: 'SELECT 1',
  parameters: [],
  typeIndex: 0,
  start: 0,
  end: 1,
  queued: 0,
  poolWait: 0,
  failed: false,
  error: undefined,
  result: undefined,
  stream: undefined,
  scope: undefined,
  caller: undefined,
  ...fields,
});
