import { monotonicNow } from '../globals';
import type { ScopeStatement, ScopeSummary } from '../model/scope-summary';
import { QUERY_TYPES, type QueryType } from '../sql/query-type';
import { findingsOf } from './findings';
import type { Scope } from './scope';

/** A copy of the figures as of now. */
export function summaryOf(scope: Scope): ScopeSummary {
  const { handler, requestId, statements, errors, rows, seconds, poolSeconds, transactionSeconds, late } = scope;
  const end = scope.isClosed ? scope.closedAt : monotonicNow();
  return {
    name: scope.name,
    handler,
    requestId,
    statements,
    types: typesOf(scope),
    errors,
    rows,
    elapsedSeconds: Math.max(0, end - scope.openedAt) / 1000,
    seconds,
    poolSeconds,
    transactionSeconds,
    late,
    distinct: distinctOf(scope),
    findings: findingsOf(scope),
  };
}

function typesOf({ types }: Scope): Partial<Record<QueryType, number>> {
  const counted: Partial<Record<QueryType, number>> = {};
  QUERY_TYPES.forEach((type, index) => {
    if (types[index]! > 0) counted[type] = types[index]!;
  });
  return counted;
}

function distinctOf(scope: Scope): ScopeStatement[] {
  const rows = scope.distinct.map(({ text, fingerprint, typeIndex, dataSource }, row) => {
    const count = scope.countOf(row);
    const seconds = scope.secondsOf(row);
    return { statement: text, fingerprint, type: QUERY_TYPES[typeIndex], dataSource, count, seconds };
  });
  // A row without a count is that of a statement that has not ended.
  const ended: ScopeStatement[] = rows.filter(({ count }) => count > 0);
  if (scope.others === 0) return ended;
  const other = { statement: 'other', fingerprint: 'other', type: undefined, dataSource: undefined };
  return [...ended, { ...other, count: scope.others, seconds: scope.otherSeconds }];
}
