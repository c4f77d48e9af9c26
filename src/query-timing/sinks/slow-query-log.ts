import type { QueryRecord } from '../query-record';

const LOGGED_STATEMENT_LENGTH = 500;

/** Where the log lines go; Nest's `Logger` and most others fit. */
export interface QueryTimingLogger {
  warn(entry: object): void;
  debug?(entry: object): void;
}

/** What the application knows about the request that a query belongs to. */
export interface QueryContext {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

export interface SlowQueryLogOptions {
  readonly logger: QueryTimingLogger;
  readonly logAllQueries: boolean;
  /** Asked for slow queries only. */
  readonly context: (() => QueryContext | undefined) | undefined;
}

/** One line for each slow query, and on request one for every other. Never a literal, never a parameter. */
export class SlowQueryLog {
  constructor(private readonly options: SlowQueryLogOptions) {}

  record(query: QueryRecord): void {
    if (query.slow) {
      this.options.logger.warn({ message: 'Slow query', ...this.entry('DB_SLOW_QUERY', query), ...this.context() });
    } else if (this.options.logAllQueries) {
      this.options.logger.debug?.({ message: 'Query', ...this.entry('DB_QUERY', query) });
    }
  }

  private entry(operation: string, query: QueryRecord) {
    return {
      operation,
      duration_ms: milliseconds(query.seconds),
      threshold_ms: milliseconds(query.thresholdSeconds),
      query_type: query.type,
      is_slow: query.slow,
      statement: query.fingerprint.slice(0, LOGGED_STATEMENT_LENGTH),
      data_source: query.dataSource,
      queue_ms: milliseconds(query.queuedSeconds),
      failed: query.failed,
      ...(query.errorClass !== undefined && { error_class: query.errorClass }),
    };
  }

  private context(): object {
    const context = this.options.context?.();
    return {
      ...(context?.requestId !== undefined && { request_id: context.requestId }),
      ...(context?.traceId !== undefined && { trace_id: context.traceId }),
    };
  }
}

/** To the microsecond: finer digits are noise. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}
