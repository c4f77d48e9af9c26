import { ANY, RAW } from './expressions';
import { instanceRow } from './instance-panels';
import { overviewRow } from './overview-panels';
import type { DashboardRow } from './panel';
import { poolRow, transactionRow } from './pool-panels';
import { processRow } from './process-panels';
import { errorRow, queryRow } from './query-panels';
import { requestRow } from './request-panels';
import { serverRow } from './server-panels';
import { serviceRow } from './service-panels';
import { statementRow } from './statement-panels';
import { unitOfWorkRow } from './unit-of-work-panels';

/** What pages first; then where it is: by route, type, statement and instance; then why. */
export const rows: readonly DashboardRow[] = [
  overviewRow,
  requestRow,
  queryRow,
  statementRow,
  instanceRow,
  errorRow,
  poolRow,
  transactionRow,
  unitOfWorkRow,
  serviceRow,
  serverRow,
  processRow,
];

export const ALERT_ANNOTATION = `ALERTS{alertstate="firing",severity!="none",${ANY}}`;
/** The value is the start time of a process, in milliseconds. */
export const DEPLOY_ANNOTATION = `process_start_time_seconds{${RAW}} * 1000`;
