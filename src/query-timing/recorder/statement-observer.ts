import type { ScopeSummary } from '../model/scope-summary';
import { summaryOf } from '../scopes/scope-summary';
import type { QueryType } from '../sql/query-type';
import type { RecordSink } from './record-sink';

/** A finished statement, as a test sees it. */
export interface ObservedStatement {
  /** Without literals and comments. */
  readonly statement: string;
  readonly fingerprint: string;
  readonly type: QueryType;
  /** The name of the DataSource. */
  readonly dataSource: string;
  /** The line of code that sent it, if that is known. */
  readonly caller: string | undefined;
  /** It begins or ends a transaction, or concerns a savepoint. */
  readonly transactionControl: boolean;
}

/** Receives every statement, in the async context in which it ended, and every unit of work. */
export interface StatementObserver {
  statement(statement: ObservedStatement): void;
  scope(scope: ScopeSummary): void;
}

export function observingSink(observer: StatementObserver): RecordSink {
  return {
    identifiesStatements: true,
    record: ({ statement, fingerprint, type, dataSource, caller, known }) =>
      observer.statement({
        statement,
        fingerprint,
        type,
        dataSource,
        caller,
        transactionControl: known.transactionControl,
      }),
    recordScope: (scope) => observer.scope(summaryOf(scope)),
  };
}
