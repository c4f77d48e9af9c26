import type { QueryRecord } from '../model/query-record';
import type { RequestContext } from '../model/request-context';
import { LogEntry } from './log-entry';
import type { QueryTimingLogger } from './logger';
import { RateLimit } from './rate-limit';
import { statementFields, type StatementFieldOptions } from './statement-fields';
import type { PlanSource } from './statistics';

export interface SlowQueryLogOptions extends StatementFieldOptions {
  readonly dataSource: string;
  readonly logger: QueryTimingLogger;
  /** Maximum number of lines for slow queries per minute. */
  readonly slowLogPerMinute: number;
  /** Maximum number of those for the same statement. */
  readonly slowLogPerStatement: number;
  /** Undefined with the option `explain` off. */
  readonly plans?: Pick<PlanSource, 'planOf'> | undefined;
}

/** Writes one line per slow query. */
export class SlowQueryLog {
  private readonly limit: RateLimit;

  constructor(private readonly options: SlowQueryLogOptions) {
    this.limit = new RateLimit(options.slowLogPerMinute, options.slowLogPerStatement);
  }

  /** Returns what the logger returned. */
  record(query: QueryRecord): unknown {
    return query.slow ? this.slow(query) : undefined;
  }

  private slow(query: QueryRecord): unknown {
    const { fingerprint } = query;
    const suppressed = this.limit.pass(fingerprint, query.endedAt);
    if (suppressed === undefined) return undefined;
    try {
      const fields = {
        ...statementFields('DB_SLOW_QUERY', query, this.options),
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
