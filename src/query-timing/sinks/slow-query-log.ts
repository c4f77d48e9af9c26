import type { PoolRole } from '../model/completed-query';
import type { QueryRecord } from '../model/query-record';
import type { AcquisitionFailure } from '../sql/acquisition-failure';
import { fingerprintHash } from '../sql/fingerprint-hash';
import { RateLimit } from './rate-limit';

/** The destination of log lines; Nest's `Logger` and most others fit. Each entry is an object with a `message`. */
export interface QueryTimingLogger {
  warn(entry: object): void;
  debug?(entry: object): void;
}

export interface SlowQueryLogOptions {
  readonly dataSource: string;
  readonly logger: QueryTimingLogger;
  readonly logAllQueries: boolean;
  readonly logParameters: boolean;
  /** Maximum length of a statement in a line. */
  readonly maxStatementLength: number;
  /** Maximum number of lines for slow queries per minute. */
  readonly slowLogPerMinute: number;
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
    this.limit = new RateLimit(options.slowLogPerMinute);
  }

  record(query: QueryRecord): void {
    if (query.slow) this.slow(query);
    else if (this.logAllQueries) this.options.logger.debug?.({ message: 'Query', ...this.entry('DB_QUERY', query) });
  }

  recordAcquisition(role: PoolRole, seconds: number, newConnection: boolean, failure?: AcquisitionFailure): void {
    if (!this.logAllQueries) return;
    const entry = { data_source: this.options.dataSource, role, wait_ms: milliseconds(seconds) };
    const log = (message: string, operation: string, more?: object) =>
      this.options.logger.debug?.({ message, operation, ...entry, ...more });
    if (newConnection) log('Connection opened', 'DB_CONNECT');
    if (failure === undefined) log('Connection checked out', 'DB_CHECKOUT');
    else log('Connection checkout failed', 'DB_CHECKOUT_FAILED', { reason: failure.reason });
  }

  private slow(query: QueryRecord): void {
    const suppressed = this.limit.pass(query.fingerprint, query.endedAt);
    if (suppressed < 0) return;
    const { requestId, traceId } = query.context ?? {};
    this.options.logger.warn({
      message: 'Slow query',
      ...this.entry('DB_SLOW_QUERY', query),
      suppressed,
      ...(requestId !== undefined && { request_id: requestId }),
      ...(traceId !== undefined && { trace_id: traceId }),
    });
  }

  private entry(operation: string, query: QueryRecord) {
    const { maxStatementLength, logParameters } = this.options;
    const { fingerprint, stream } = query;
    return {
      operation,
      duration_ms: milliseconds(query.seconds),
      threshold_ms: milliseconds(query.thresholdSeconds),
      query_type: query.type,
      is_slow: query.slow,
      statement: fingerprint.slice(0, maxStatementLength),
      fingerprint: fingerprintHash(fingerprint),
      data_source: query.dataSource,
      queue_ms: milliseconds(query.queuedSeconds),
      pool_wait_ms: milliseconds(query.poolSeconds),
      failed: query.failed,
      ...(query.errorClass !== undefined && { error_class: query.errorClass }),
      ...(stream && { rows: stream.rows }),
      ...(logParameters && { parameters: printable(query.parameters) }),
    };
  }
}

/** Rounded to microseconds: further digits are noise. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}

function printable(parameters: unknown): string[] {
  const list: unknown[] = Array.isArray(parameters) ? parameters : parameters === undefined ? [] : [parameters];
  return list.slice(0, MAX_PARAMETERS).map((parameter) => {
    const text = typeof parameter === 'string' ? parameter : (JSON.stringify(parameter) ?? String(parameter));
    return text.length > MAX_PARAMETER_LENGTH ? `${text.slice(0, MAX_PARAMETER_LENGTH)}…` : text;
  });
}
