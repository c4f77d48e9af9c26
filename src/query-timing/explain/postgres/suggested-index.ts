import type { Condition } from './conditions';
import type { IndexFacts, TableFacts } from './table-facts';

const MAX_COLUMNS = 3;
const RANGES = new Set(['<', '<=', '>', '>=']);
/** Functions whose results an index can have: they are immutable. */
const INDEXABLE = /^(?:lower|upper|md5|abs|length|btrim|ltrim|rtrim|"?coalesce"?)$/i;

export const isEquality = ({ kind, operator }: Condition): boolean => kind === 'column' && operator === '=';
export const isRange = ({ kind, operator }: Condition): boolean => kind === 'column' && RANGES.has(operator);

/** First what is compared with `=`, then one range or the columns of a sort: as an index is read. */
export function indexFor(
  table: TableFacts,
  conditions: readonly Condition[],
  sortKeys: readonly string[] = [],
): string | undefined {
  const equal = distinct(conditions.filter(isEquality).map(({ column }) => column!)).slice(0, MAX_COLUMNS);
  const [range] = conditions.filter(isRange).map(({ column }) => column!);
  const then = sortKeys.length > 0 ? sortKeys : range === undefined ? [] : [range];
  const keys = distinct([...equal, ...then.filter((key) => !equal.includes(key.replace(/ (?:DESC|ASC).*$/, '')))]);
  return keys.length === 0 ? undefined : createIndex(table, keys);
}

/** An index on the expression, if it can have one and shows no literal. */
export function expressionIndex(table: TableFacts, { by, expression }: Condition): string | undefined {
  if (by === undefined || !INDEXABLE.test(by) || /['\d]/.test(expression.replaceAll(/[a-z_]\w*/gi, '')))
    return undefined;
  return createIndex(table, [`(${expression})`]);
}

/** Of a partition, on the whole table. */
export const createIndex = ({ root, qualified }: TableFacts, keys: readonly string[], using = ''): string =>
  `CREATE INDEX ON ${root ?? qualified} ${using}(${keys.join(', ')})`;

/** An index that begins with the column. */
export const indexOn = ({ indexes }: TableFacts, column: string): IndexFacts | undefined =>
  indexes.find(({ keys, partial, method }) => keys[0] === column && !partial && method === 'btree');

/** An index that has the column, but does not begin with it. */
export const indexAfterOthers = ({ indexes }: TableFacts, column: string): IndexFacts | undefined =>
  indexes.find(({ keys, partial, method }) => keys.indexOf(column) > 0 && !partial && method === 'btree');

/** An index for patterns on the column. */
export const patternIndex = ({ indexes }: TableFacts, column: string, anywhere: boolean): IndexFacts | undefined =>
  indexes.find(({ keys, operatorClasses }) => {
    const place = keys.indexOf(column);
    const operatorClass = place < 0 ? '' : (operatorClasses[place] ?? '');
    return /trgm_ops$/.test(operatorClass) || (!anywhere && /_pattern_ops$/.test(operatorClass));
  });

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
