import type { CompletedQuery, QueryContext, StreamFigures } from './completed-query';
import type { SqlDialect } from '../sql/dialect';
import type { ErrorClass } from '../sql/error-class';
import { fingerprintOf } from '../sql/fingerprint';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';

/**
 * The one record of a DataSource, filled anew for each statement, so that counting allocates nothing. Figures that few
 * statements need are worked out when they are read.
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
  /** It holds a statement that {@link clear} must take back. */
  used = false;
  private knownFingerprint: string | undefined = undefined;
  private knownContext: QueryContext | undefined = undefined;

  constructor(
    readonly dataSource: string,
    readonly dialect: SqlDialect,
    private readonly askContext: () => QueryContext | undefined = () => undefined,
  ) {}

  get type(): QueryType {
    return QUERY_TYPES[this.typeIndex]!;
  }

  get fingerprint(): string {
    return (this.knownFingerprint ??= fingerprintOf(this.sql, this.dialect));
  }

  /** To be asked for slow statements only. */
  get context(): QueryContext | undefined {
    return (this.knownContext ??= this.askContext());
  }

  /** Lets go of the statement: nothing of it is kept alive, and nothing shines through in the next. */
  clear(): void {
    this.sql = '';
    this.queuedSeconds = this.poolSeconds = 0;
    this.used = this.failed = this.slow = false;
    this.parameters = this.error = this.errorClass = this.stream = undefined;
    this.knownFingerprint = this.knownContext = undefined;
  }

  /** A copy that its receiver may keep. */
  copy(): CompletedQuery {
    return Object.assign(new QueryRecord(this.dataSource, this.dialect), this);
  }
}
