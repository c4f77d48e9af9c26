import type { Condition } from './conditions';
import { quoted, type IndexFacts, type TableFacts } from './table-facts';

const MAX_COLUMNS = 3;
const EQUALITIES = new Set(['=', 'in']);
const RANGES = new Set(['<', '<=', '>', '>=', 'between']);
const LONG = /text|blob|json/;
/** Characters of a long text that an index has. */
const PREFIX = 50;

export const isEquality = ({ kind, operator }: Condition): boolean => kind === 'column' && EQUALITIES.has(operator);
export const isRange = ({ kind, operator, value }: Condition): boolean =>
  kind === 'column' && (RANGES.has(operator) || (operator === 'like' && value !== 'wildcard'));

/** First what is compared with `=`, then one range or the columns of a sort: as an index is read. */
export function indexFor(
  table: TableFacts,
  conditions: readonly Condition[],
  sortKeys: readonly SortKey[] = [],
): string | undefined {
  const equal = distinct(conditions.filter(isEquality).map(({ column }) => column!)).slice(0, MAX_COLUMNS);
  const [range] = conditions.filter(isRange).map(({ column }) => column!);
  const then = sortKeys.length > 0 ? sortKeys : range === undefined ? [] : [{ column: range, descending: false }];
  const keys = [
    ...equal.map((column) => keyOf(table, column)),
    ...then
      .filter(({ column }) => !equal.includes(column))
      .map(({ column, descending }) => `${keyOf(table, column)}${descending ? ' DESC' : ''}`),
  ];
  return keys.length === 0 ? undefined : `ALTER TABLE ${table.qualified} ADD INDEX (${distinct(keys).join(', ')})`;
}

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

const keyOf = ({ types }: TableFacts, column: string): string =>
  LONG.test(types.get(column) ?? '') ? `${quoted(column)}(${PREFIX})` : quoted(column);

/** An index that begins with the column. */
export const indexOn = ({ indexes }: TableFacts, column: string): IndexFacts | undefined =>
  indexes.find(({ columns }) => columns[0] === column);

/** An index that has the column, but does not begin with it. */
export const indexAfterOthers = ({ indexes }: TableFacts, column: string): IndexFacts | undefined =>
  indexes.find(({ columns }) => columns.indexOf(column) > 0);

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
