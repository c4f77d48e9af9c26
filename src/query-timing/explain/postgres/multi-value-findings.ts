import { quoted, type Condition } from './conditions';
import type { Explanation } from './explanation';
import { createIndex } from './suggested-index';
import type { TableFacts } from './table-facts';

/** Methods and operator classes by the operator, for types whose values have several parts. */
const ON_JSONB: Readonly<Record<string, string>> = {
  '@>': ' jsonb_path_ops',
  '@?': ' jsonb_path_ops',
  '@@': ' jsonb_path_ops',
  '?': '',
  '?|': '',
  '?&': '',
};
const ON_ARRAYS = new Set(['@>', '<@', '&&']);
const ON_RANGES = new Set(['@>', '<@', '&&']);
const MULTI_VALUED = new Set([...Object.keys(ON_JSONB), ...ON_ARRAYS]);
const RANGE = /^(?:int4|int8|num|ts|tstz|date)(?:multi)?range$/;
const METHODS = new Set(['gin', 'gist']);

export const isMultiValued = (operator: string): boolean => MULTI_VALUED.has(operator);

/** Documents, arrays, texts to search and ranges have indexes of other methods. */
export function multiValueExplanation(table: TableFacts, condition: Condition): Explanation | undefined {
  const { column, operator } = condition;
  const present = table.indexes.find(({ keys, method }) => METHODS.has(method) && keys.includes(column!));
  if (present !== undefined) {
    const why = `the planner did not choose ${quoted(present.name)}`;
    return { why, hint: 'with the value, PostgreSQL may use it: a plan without values cannot say' };
  }
  const key = keyFor(typeOf(table, condition), operator);
  if (key === undefined) return undefined;
  const index = createIndex(table, [`${column}${key.operators}`], `USING ${key.method} `);
  return { hint: `a ${key.name} index: ${index}`, index };
}

/** `value = ANY (column)` */
export function elementExplanation(table: TableFacts, condition: Condition): Explanation | undefined {
  const { column, operator, expression } = condition;
  if (operator !== '=' || !expression.startsWith('ANY (') || !typeOf(table, condition).endsWith('[]')) return undefined;
  const index = createIndex(table, [column!], 'USING gin ');
  const why = `= ANY (${column}) cannot use an index`;
  return { why, hint: `search with ${column} @> ARRAY[…] and a GIN index: ${index}`, index: undefined };
}

const typeOf = (table: TableFacts, { column }: Condition): string =>
  table.columns.find(({ name }) => name === column)?.type ?? '';

interface Key {
  readonly name: string;
  readonly method: string;
  readonly operators: string;
}

function keyFor(type: string, operator: string): Key | undefined {
  const gin = (operators: string) => ({ name: 'GIN', method: 'gin', operators });
  if (type === 'jsonb') return Object.hasOwn(ON_JSONB, operator) ? gin(ON_JSONB[operator]!) : undefined;
  if (type.endsWith('[]')) return ON_ARRAYS.has(operator) ? gin('') : undefined;
  if (type === 'tsvector') return operator === '@@' ? gin('') : undefined;
  if (RANGE.test(type) && ON_RANGES.has(operator)) return { name: 'GiST', method: 'gist', operators: '' };
  return undefined;
}
