import type { Origin } from '../model/origin';
import { printableItems } from '../model/printable';
import type { QueryRecord } from '../model/query-record';
import { errorDetailsOf } from '../sql/error-details';

export interface StatementFieldOptions {
  /** Maximum length of a statement in a line. */
  readonly maxStatementLength: number;
  readonly logParameters: boolean;
}

const MAX_PARAMETERS = 50;
const MAX_PARAMETER_LENGTH = 100;

/** The fields of a log line about a statement. No literals; parameters only on request. */
export function statementFields(
  operation: string,
  query: QueryRecord,
  { maxStatementLength, logParameters }: StatementFieldOptions,
) {
  const { rows, stream } = query;
  return {
    operation,
    duration_ms: milliseconds(query.seconds),
    threshold_ms: milliseconds(query.thresholdSeconds),
    query_type: query.type,
    is_slow: query.slow,
    statement: query.statement.slice(0, maxStatementLength),
    fingerprint: query.fingerprint,
    data_source: query.dataSource,
    queue_ms: milliseconds(query.queuedSeconds),
    pool_wait_ms: milliseconds(query.poolSeconds),
    failed: query.failed,
    ...(query.failed && errorFields(query)),
    ...(rows !== undefined && { rows }),
    ...originFields(query.origin),
    ...(stream?.firstRowSeconds !== undefined && { first_row_ms: milliseconds(stream.firstRowSeconds) }),
    ...(stream !== undefined && { reader_ms: milliseconds(stream.readerSeconds) }),
    ...(logParameters && { parameters: printableItems(query.parameters, MAX_PARAMETERS, MAX_PARAMETER_LENGTH) }),
  };
}

/** Rounded to microseconds: further digits are noise. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}

/** Identifiers only: the message of an error may contain values. */
function errorFields({ errorClass, error }: QueryRecord) {
  const { sqlState, errno, constraint } = errorDetailsOf(error);
  return {
    error_class: errorClass,
    ...(sqlState !== undefined && { sql_state: sqlState }),
    ...(errno !== undefined && { errno }),
    ...(constraint !== undefined && { constraint }),
  };
}

function originFields({ scope, requestId, caller }: Origin = {}) {
  return {
    ...(scope !== undefined && { scope }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(caller !== undefined && { caller }),
  };
}
