import type { ExceededLimit, RepeatedStatement, ScopeFinding } from '../model/scope-summary';
import { QUERY_TYPES } from '../sql/query-type';
import { hintOf } from './hints';
import type { Scope } from './scope';

const SELECT = QUERY_TYPES.indexOf('SELECT');

/** What a scope has done so far that is worth a look. */
export function findingsOf(scope: Scope): ScopeFinding[] {
  const findings: ScopeFinding[] = repeatedIn(scope);
  const exceeded = exceededIn(scope);
  return exceeded.length === 0 ? findings : [...findings, { kind: 'exceeded_budget', exceeded }];
}

/** At most one per distinct statement. */
export function repeatedIn(scope: Scope): RepeatedStatement[] {
  const repeated: RepeatedStatement[] = [];
  for (let row = 0; row < scope.distinct.length; row++) {
    const { repeatedFrom, text, fingerprint, typeIndex, dataSource, pages } = scope.distinct[row]!;
    const count = scope.countOf(row);
    const details = scope.detailsOf(row);
    const isRepetition = details === undefined ? scope.repetitionsOf(row) >= repeatedFrom : details !== null;
    if (!isRepetition) continue;
    const type = QUERY_TYPES[typeIndex];
    const seconds = scope.secondsOf(row);
    const kind = 'repeated_statement';
    const sameParameters = typeIndex === SELECT && !pages && scope.sameCallsOf(row) - scope.restarts >= repeatedFrom;
    const { option, ...known } = details ?? {};
    const hint = hintOf({ ...known, count, type, sameParameters, option });
    const figures = { statement: text, fingerprint, type, dataSource, count, seconds };
    repeated.push({ kind, ...figures, ...known, ...(sameParameters && { sameParameters }), hint });
  }
  return repeated;
}

/** The limits of its budget that a scope has exceeded. */
export function exceededIn(scope: Scope): ExceededLimit[] {
  const { budget } = scope;
  if (budget === undefined) return [];
  const actual = { statements: scope.statements, repeated: mostRepeated(scope), ms: rounded(1000 * scope.seconds) };
  return (['statements', 'repeated', 'ms'] as const).flatMap((limit) => {
    const allowed = budget[limit];
    return allowed === undefined || actual[limit] <= allowed ? [] : { limit, allowed, actual: actual[limit] };
  });
}

function mostRepeated(scope: Scope): number {
  let most = 0;
  for (let row = 0; row < scope.distinct.length; row++) {
    if (scope.distinct[row]!.budgeted) most = Math.max(most, scope.runsOf(row) - 1);
  }
  return most;
}

/** To microseconds: further digits are noise. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
