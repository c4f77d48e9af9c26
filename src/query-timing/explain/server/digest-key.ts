import { Token } from '../../sql/lexer';
import { tokensOf, type SqlToken } from '../mysql/tokens';

/** What a server of the MySQL family writes for a list, and what the library does. */
const VALUES = new Set(['?', 'null', 'default', ',', '...']);
const LIST = '( ? )';
/** A sign after one of them is that of a number, and not an operator. */
const BEFORE_VALUE = new Set(
  '= < > ( , + - * / % and or not between in like select where when then else limit offset return values'.split(' '),
);

/**
 * Equal for a digest of MySQL or MariaDB and for a normalised statement of this library: without the differences in case,
 * quotes and white space, and with one value for each list.
 */
export function digestKey(statement: string): string {
  const words: string[] = [];
  const tokens = tokensOf(statement.replaceAll('...', ' ? ')) ?? [];
  for (const token of tokens) {
    const word = wordOf(token, words.at(-1));
    if (word === ')' && collapseList(words)) continue;
    if (word === '?') dropSign(words);
    if (word === '=' && words.at(-1) === '!') words.splice(-1, 1, '<', '>');
    else if (word === '?' && words.at(-1) === ',' && words.at(-2) === '?') words.pop();
    else words.push(word);
  }
  return words.join(' ').replace(/(?: ;| \?)+$/, '');
}

function wordOf({ kind, text }: SqlToken, before: string | undefined): string {
  if (kind === Token.Placeholder || kind === Token.Literal) return '?';
  const word = text.toLowerCase();
  return kind === Token.Word && word === 'null' && before !== 'is' && before !== 'not' ? '?' : word;
}

/** The library drops the sign of a literal. */
function dropSign(words: string[]): void {
  const [before, sign] = words.slice(-2);
  if ((sign === '-' || sign === '+') && BEFORE_VALUE.has(before ?? '')) words.pop();
}

/** Replaces what is in brackets, if there are only values. */
function collapseList(words: string[]): boolean {
  const open = words.lastIndexOf('(');
  if (open < 0 || open === words.length - 1 || !words.slice(open + 1).every((word) => VALUES.has(word))) return false;
  words.splice(open, words.length - open, LIST);
  return true;
}
