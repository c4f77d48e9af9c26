import { rowWithoutBrokenLinks, withoutBrokenLinks, withoutLastSentence } from '../../maintainers/template/sentences';

const isBroken = (link: string): boolean => link.startsWith('gone');
const pruned = (text: string) => withoutBrokenLinks(text, isBroken);

describe('a paragraph with a broken link', () => {
  it.each([
    ['a remark in parentheses', 'Sent in order ([why](gone.md)). Read on.', 'Sent in order. Read on.'],
    [
      'an item of a list on one line',
      '**All:** [a](a.md) · [b](gone.md) ·\n[c](c.md)',
      '**All:** [a](a.md) · [c](c.md)',
    ],
    ['a sentence', 'First. See [b](gone.md). Last.', 'First. Last.'],
    ['the last sentence', 'First. See [b](gone.md).', 'First.'],
    ['a sentence and one that continues it', 'Run [b](gone.md). It takes a minute. Read on.', 'Read on.'],
    ['a sentence of an item', '- [b](gone.md) does it. Read [a](a.md).', '- Read [a](a.md).'],
    ['a sentence with a full stop in code', 'Keep `a. B` here. See [b](gone.md).', 'Keep `a. B` here.'],
  ])('loses %s', (_, text, left) => {
    expect(pruned(text)).toBe(left);
  });

  it.each([
    'See [b](gone.md).',
    '- [b](gone.md)',
    '[b](gone.md) · [c](gone-too.md)',
    'Run [b](gone.md). It takes long.',
  ])('goes as a whole when nothing else is in it: %s', (text) => {
    expect(pruned(text)).toBeUndefined();
  });

  it('stays as it is without one, also with several lines', () => {
    const text = 'One ([a](a.md)).\nTwo · three. It stays.';
    expect(pruned(text)).toBe(text);
  });
});

describe('a row of a table with a broken link', () => {
  it('loses it from a list', () => {
    expect(rowWithoutBrokenLinks('| read | [a](gone.md), [b](b.md) |', isBroken)).toBe('| read | [b](b.md) |');
  });

  it('goes when its cell has nothing else', () => {
    expect(rowWithoutBrokenLinks('| read | [a](gone.md) |', isBroken)).toBeUndefined();
    expect(rowWithoutBrokenLinks('| read | [a](gone.md), [b](gone.md) |', isBroken)).toBeUndefined();
  });
});

it('a sentence that introduces what is gone is removed from its paragraph, which may have been that sentence', () => {
  expect(withoutLastSentence('Read it. Like this:')).toBe('Read it.');
  expect(withoutLastSentence('Like this:')).toBeUndefined();
});
