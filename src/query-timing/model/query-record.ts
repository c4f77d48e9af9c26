import type { SqlDialect } from '../sql/dialect';
import type { ErrorClass } from '../sql/error-class';
import { fingerprintOf } from '../sql/fingerprint';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import type { CompletedQuery, QueryContext, StreamFigures } from './completed-query';
import { KnownStatement } from './known-statement';

const UNKNOWN = new KnownStatement(0, false, false, false);

/**
 * The only record of a DataSource, reused for every statement so that counting allocates nothing. Values that few
 * statements need are computed on first access.
 */
export class QueryRecord implements CompletedQuery {
  /** What the sinks know about {@link sql} already. */
  known = UNKNOWN;
  sql = '';
  parameters: unknown = undefined;
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
  /** Returned or changed; undefined if the driver does not report it. */
  rows: number | undefined = undefined;
  /** True while it holds a statement that {@link clear} must release. */
  used = false;
  private knownFingerprint: string | undefined = undefined;
  private knownContext: QueryContext | undefined = undefined;

  constructor(
    readonly dataSource: string,
    readonly dialect: SqlDialect,
    private readonly readContext: () => QueryContext | undefined = () => undefined,
  ) {}

  get typeIndex(): number {
    return this.known.typeIndex;
  }

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
    this.known = UNKNOWN;
    this.sql = '';
    this.queuedSeconds = this.poolSeconds = 0;
    this.used = this.failed = this.slow = false;
    this.parameters = this.error = this.errorClass = this.stream = this.rows = undefined;
    this.knownFingerprint = this.knownContext = undefined;
  }

  /** A copy that the receiver may keep. */
  copy(): CompletedQuery {
    return Object.assign(new QueryRecord(this.dataSource, this.dialect), this);
  }
}
