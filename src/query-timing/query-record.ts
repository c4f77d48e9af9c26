import type { CompletedQuery, StreamFigures } from './completed-query';
import type { SqlDialect } from './sql/dialect';
import type { ErrorClass } from './sql/error-class';
import { fingerprintOf } from './sql/fingerprint';
import { QUERY_TYPES, type QueryType } from './sql/query-type';

/** The one record that is filled anew for each statement: counting allocates nothing. */
export class QueryRecord implements CompletedQuery {
  sql = '';
  parameters: unknown = undefined;
  typeIndex = 0;
  seconds = 0;
  queuedSeconds = 0;
  poolSeconds = 0;
  failed = false;
  error: unknown = undefined;
  errorClass: ErrorClass | undefined = undefined;
  slow = false;
  thresholdSeconds = 0;
  stream: StreamFigures | undefined = undefined;
  private knownFingerprint: string | undefined = undefined;

  constructor(
    readonly dataSource: string,
    readonly dialect: SqlDialect,
  ) {}

  get type(): QueryType {
    return QUERY_TYPES[this.typeIndex]!;
  }

  get fingerprint(): string {
    return (this.knownFingerprint ??= fingerprintOf(this.sql, this.dialect));
  }

  /** To be called when another statement's figures are filled in. */
  forget(): void {
    this.knownFingerprint = undefined;
  }

  /** A copy that a sink may keep. */
  copy(): CompletedQuery {
    return Object.assign(new QueryRecord(this.dataSource, this.dialect), this);
  }
}
