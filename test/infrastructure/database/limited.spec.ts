import { limited } from '../../../src/infrastructure/database/limited';

const select = limited('SELECT 1');

it('adds a limit to a statement, as a number', () => {
  expect(select(21)).toBe('SELECT 1 LIMIT 21');
  expect(select(0)).toBe('SELECT 1 LIMIT 0');
});

it.each([1.5, -1, Number.NaN, Infinity, '1; DROP TABLE notes' as unknown as number])(
  'refuses the limit %s',
  (limit) => {
    expect(() => select(limit)).toThrow(RangeError);
  },
);
