import type { SqlDialect } from '../sql/dialect';
import type { ErrorClass } from '../sql/error-class';
import { fingerprintOf } from '../sql/fingerprint';
import { fingerprintHash } from '../sql/fingerprint-hash';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import type { CompletedQuery, StreamFigures } from './completed-query';
import { KnownStatement } from './known-statement';
import { originOf, type Origin, type OriginScope } from './origin';
import type { RequestContext } from './request-context';

const UNKNOWN = new KnownStatement(0, false, false, false);

/**
 * A finished statement as the library's own sinks see it. It is reused, so that counting allocates nothing. Values that
 * few statements need are computed on first access.
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
  /** The unit of work in which it began. */
  scope: OriginScope | undefined = undefined;
  /** The line of code that sent it, if that is known. */
  caller: string | undefined = undefined;
  private knownStatement: string | undefined = undefined;
  private knownFingerprint: string | undefined = undefined;
  private knownContext: RequestContext | undefined = undefined;
  private contextIsKnown = false;

  constructor(
    readonly dataSource: string,
    readonly dialect: SqlDialect,
    private readonly readContext: () => RequestContext | undefined = () => undefined,
    private readonly applyRules: (statement: string) => string = (statement) => statement,
  ) {}

  get typeIndex(): number {
    return this.known.typeIndex;
  }

  get type(): QueryType {
    return QUERY_TYPES[this.typeIndex]!;
  }

  get statement(): string {
    return (this.knownStatement ??= this.applyRules(fingerprintOf(this.sql, this.dialect)));
  }

  get fingerprint(): string {
    return (this.knownFingerprint ??= fingerprintHash(this.statement));
  }

  get origin(): Origin | undefined {
    const { scope, caller } = this;
    return scope === undefined && caller === undefined ? undefined : originOf(scope, caller);
  }

  /** Calls the application's `context` option: read it for slow statements only. */
  get context(): RequestContext | undefined {
    if (!this.contextIsKnown) {
      this.contextIsKnown = true;
      this.knownContext = this.readContext();
    }
    return this.knownContext;
  }

  /** Releases the statement, so that nothing of it stays in memory or leaks into the next one. */
  clear(): void {
    this.known = UNKNOWN;
    this.sql = '';
    this.queuedSeconds = this.poolSeconds = 0;
    this.failed = this.slow = this.contextIsKnown = false;
    this.parameters = this.error = this.errorClass = this.stream = this.rows = undefined;
    this.scope = this.caller = undefined;
    this.knownStatement = this.knownFingerprint = this.knownContext = undefined;
  }
}
