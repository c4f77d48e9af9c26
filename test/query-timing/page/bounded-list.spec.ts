import { BoundedList } from '../../../src/query-timing/page/bounded-list';

const listOf = (...kinds: string[]) => {
  const list = new BoundedList<{ readonly kind: string }>(4, ({ kind }) => kind);
  for (const kind of kinds) list.add({ kind });
  return list.after(0).map(({ kind, id }) => `${kind}${id}`);
};

it('a full list forgets the oldest entry of the most frequent kind, also after it has forgotten others', () => {
  expect(listOf('a', 'b', 'b', 'c')).toEqual(['a1', 'b2', 'b3', 'c4']);
  expect(listOf('a', 'b', 'b', 'c', 'd')).toEqual(['a1', 'b3', 'c4', 'd5']);
  expect(listOf('a', 'b', 'b', 'c', 'd', 'd')).toEqual(['b3', 'c4', 'd5', 'd6']);
  expect(listOf('a', 'b', 'b', 'c', 'd', 'd', 'c')).toEqual(['b3', 'c4', 'd6', 'c7']);
});
