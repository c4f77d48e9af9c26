import { rounded, rowsText } from '../../../src/query-timing/explain/estimates';
import { conditionOf, conjunctionsOf } from '../../../src/query-timing/explain/postgres/conditions';

const types: Readonly<Record<string, string>> = { name: 'text', code: 'integer', email: 'character varying' };
const read = (text: string, alias = 't') => conditionOf(text, alias, (column) => types[column]);

describe('a condition of a plan', () => {
  it('is split at each AND outside of brackets and quotes', () => {
    expect(conjunctionsOf(`((t.a = $1) AND (t.b = 'x) AND (y'::text) AND ((t.c = 1) OR (t.d = 2)))`)).toEqual([
      't.a = $1',
      `t.b = 'x) AND (y'::text`,
      '(t.c = 1) OR (t.d = 2)',
    ]);
  });

  it.each([
    ['t.code = $1', { kind: 'column', column: 'code', operator: '=' }],
    ['$1 < t.code', { kind: 'column', column: 'code', operator: '>' }],
    ['t.code = ANY ($1)', { kind: 'column', column: 'code', operator: '=' }],
    ['(t.email)::text = $1', { kind: 'column', column: 'email' }],
    ['(t.code)::text = $1', { kind: 'cast', column: 'code', by: 'text' }],
    ['lower((t.email)::text) = $1', { kind: 'function', column: 'email', by: 'lower' }],
    [`(t.doc ->> 'key'::text) = $1`, { kind: 'function', column: 'doc', by: '->>' }],
    ["COALESCE(t.name, 'x'::text) = $1", { kind: 'function', column: 'name', by: 'COALESCE' }],
    ['t.name ~~* $1', { kind: 'column', column: 'name', operator: '~~*' }],
    ['t.code = u.code', { kind: 'column', column: 'code', value: 'u.code' }],
    ['t.code = t.name', { kind: 'other' }],
    ['NOT (hashed SubPlan 1)', { kind: 'other' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it('finds a column of a table whose name needs quotes', () => {
    expect(read('"Line Items"."totalAmount" >= $1', 'Line Items')).toMatchObject({ column: '"totalAmount"' });
  });
});

describe('an estimate', () => {
  it.each([
    [4711, 4700],
    [20, 20],
    [3.14159, 3.1],
    [0, 0],
    [0.04, 0],
  ])('of %d is shown as %d', (estimate, shown) => expect(rounded(estimate)).toBe(shown));

  it.each([
    [0, '~1 row'],
    [1234, '~1,200 rows'],
    [3_412_000, '~3.4 million rows'],
  ])('of %d rows is "%s"', (estimate, text) => expect(rowsText(estimate)).toBe(text));
});
