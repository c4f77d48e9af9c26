import type { SqlDialect } from '../sql/dialect';
import type { ErrorClass } from '../sql/error-class';
import { fingerprintOf } from '../sql/fingerprint';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import type { CompletedQuery, QueryContext, StreamFigures } from './completed-query';

/**
 * The only record of a DataSource, reused for every statement so that counting allocates nothing. Values that few
 * statements need are computed on first access.
 */
export class QueryRecord implements CompletedQuery {
  sql = '';
  parameters: unknown = undefined;
  typeIndex = 0;
  seconds = 0;
  queuedSeconds = 0;
  poolSeconds = 0;
  /** When it ended, in milliseconds of the monotonic clock. */
  endedAt = 0;
  failed = false;
  error: unknown = undefined;
  errorClass: ErrorClass | undefined = undefined;
  slow = false;
  thresholdSeconds = 0;
  stream: StreamFigures | undefined = undefined;
  /** True while it holds a statement that {@link clear} must release. */
  used = false;
  private knownFingerprint: string | undefined = undefined;
  private knownContext: QueryContext | undefined = undefined;

  constructor(
    readonly dataSource: string,
    readonly dialect: SqlDialect,
    private readonly readContext: () => QueryContext | undefined = () => undefined,
  ) {}

  get type(): QueryType {
    return QUERY_TYPES[this.typeIndex]!;
  }

  get fingerprint(): string {
    return (this.knownFingerprint ??= fingerprintOf(this.sql, this.dialect));
  }

  /** Calls the application's `context` option: read it for slow statements only. */
  get context(): QueryContext | undefined {
    return (this.knownContext ??= this.readContext());
  }

  /** Releases the statement, so that nothing of it stays in memory or leaks into the next one. */
  clear(): void {
    this.sql = '';
    this.queuedSeconds = this.poolSeconds = 0;
    this.used = this.failed = this.slow = false;
    this.parameters = this.error = this.errorClass = this.stream = undefined;
    this.knownFingerprint = this.knownContext = undefined;
  }

  /** A copy that the receiver may keep. */
  copy(): CompletedQuery {
    return Object.assign(new QueryRecord(this.dataSource, this.dialect), this);
  }
}
