import type { RepeatedStatement } from '../model/scope-summary';
import type { QueryType } from '../sql/query-type';
import type { RepetitionDetails } from './scoped-statement';

type Repetition = RepetitionDetails &
  Pick<RepeatedStatement, 'sameParameters'> & { readonly count: number; readonly type: QueryType | undefined };

/** Says what was repeated and how to do it in one go, in one sentence. */
export function hintOf(repetition: Repetition): string {
  const { relation, lookup, count, inTransaction } = repetition;
  const what = relation ?? lookup;
  const subject = what === undefined ? 'This statement' : `\`${what}\``;
  const place = inTransaction ? ' in a transaction' : '';
  return `${subject} was ${verbOf(repetition)} ${count} times${place}${remedyOf(repetition)}`;
}

function verbOf({ relation, lookup, type }: Repetition): string {
  if (type === 'INSERT') return 'inserted';
  if (type === 'UPDATE') return 'updated';
  if (type === 'DELETE') return 'deleted';
  return relation === undefined && lookup === undefined ? 'sent' : 'loaded';
}

function remedyOf({ sameParameters, reload, option, type, lookup }: Repetition): string {
  if (sameParameters) return ' with the same parameters: keep its result for the rest of the work';
  if (reload) return ' after it was saved: save() returns the entity';
  if (type === 'INSERT') return ': insert several rows with one statement, such as save() of a list';
  if (type === 'UPDATE' || type === 'DELETE') return ': change several rows with one statement';
  if (option !== undefined) return `: \`relations: ${option}\`, a join or a batch`;
  return lookup === undefined ? ': send it once for all' : ': one query for all of them, with `In([…])` or a join';
}
