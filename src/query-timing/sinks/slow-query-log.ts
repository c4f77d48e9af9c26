import type { PoolRole } from '../model/completed-query';
import { printableItems } from '../model/printable';
import type { Origin } from '../model/origin';
import type { QueryRecord } from '../model/query-record';
import type { RequestContext } from '../model/request-context';
import type { AcquisitionFailure } from '../sql/acquisition-failure';
import { isThenable } from '../model/thenable';
import { errorDetailsOf } from '../sql/error-details';
import { LogEntry } from './log-entry';
import type { QueryTimingLogger } from './logger';
import { RateLimit } from './rate-limit';
import type { PlanSource } from './statistics';

export interface SlowQueryLogOptions {
  readonly dataSource: string;
  readonly logger: QueryTimingLogger;
  readonly logAllQueries: boolean;
  readonly logParameters: boolean;
  /** Maximum length of a statement in a line. */
  readonly maxStatementLength: number;
  /** Maximum number of lines for slow queries per minute. */
  readonly slowLogPerMinute: number;
  /** Maximum number of those for the same statement. */
  readonly slowLogPerStatement: number;
  /** Undefined with the option `explain` off. */
  readonly plans?: Pick<PlanSource, 'planOf'> | undefined;
}

const MAX_PARAMETERS = 50;
const MAX_PARAMETER_LENGTH = 100;

/** Writes one line per slow query and, optionally, one per other query. No literals; parameters only on request. */
export class SlowQueryLog {
  /** Writes a DEBUG line for every statement and every acquired connection. */
  logAllQueries: boolean;
  private readonly limit: RateLimit;

  constructor(private readonly options: SlowQueryLogOptions) {
    this.logAllQueries = options.logAllQueries;
    this.limit = new RateLimit(options.slowLogPerMinute, options.slowLogPerStatement);
  }

  /** Returns what the logger returned. */
  record(query: QueryRecord): unknown {
    if (query.slow) return this.slow(query);
    if (!this.logAllQueries) return undefined;
    return this.options.logger.debug?.(new LogEntry('Query', this.fields('DB_QUERY', query)));
  }

  recordAcquisition(role: PoolRole, seconds: number, newConnection: boolean, failure?: AcquisitionFailure): unknown {
    if (!this.logAllQueries) return undefined;
    const entry = { data_source: this.options.dataSource, role, wait_ms: milliseconds(seconds) };
    const log = (message: string, operation: string, more?: object): unknown =>
      this.options.logger.debug?.(new LogEntry(message, { operation, ...entry, ...more }));
    const opened = newConnection ? log('Connection opened', 'DB_CONNECT') : undefined;
    const requested =
      failure === undefined
        ? log('Connection checked out', 'DB_CHECKOUT')
        : log('Connection checkout failed', 'DB_CHECKOUT_FAILED', { reason: failure.reason });
    return isThenable(opened) ? Promise.all([opened, requested]) : requested;
  }

  private slow(query: QueryRecord): unknown {
    const { fingerprint } = query;
    const suppressed = this.limit.pass(fingerprint, query.endedAt);
    if (suppressed === undefined) return undefined;
    try {
      const fields = {
        ...this.fields('DB_SLOW_QUERY', query),
        ...suppressed,
        ...this.planField(query),
        ...contextFields(query.context),
      };
      return this.options.logger.warn(new LogEntry('Slow query', fields));
    } catch (error) {
      this.limit.refused(fingerprint, suppressed);
      throw error;
    }
  }

  private planField({ fingerprint }: QueryRecord) {
    const plan = this.options.plans?.planOf(fingerprint);
    return plan && { plan: plan.summary };
  }

  private fields(operation: string, query: QueryRecord) {
    const { maxStatementLength, logParameters } = this.options;
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
}

/** Rounded to microseconds: further digits are noise. */
function milliseconds(seconds: number): number {
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

function contextFields(context: RequestContext | undefined): object | undefined {
  if (context === undefined) return undefined;
  const { requestId, traceId, fields, omitted } = context;
  return {
    ...(requestId !== undefined && { request_id: requestId }),
    ...(traceId !== undefined && { trace_id: traceId }),
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`context_${name}`, value])),
    ...(omitted > 0 && { context_omitted: omitted }),
  };
}
