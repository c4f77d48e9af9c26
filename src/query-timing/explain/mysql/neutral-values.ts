import { Token } from '../../sql/lexer';
import type { ParameterKind } from '../parameter-kinds';
import type { Edit } from './read-only-select';
import type { SqlToken } from './tokens';

/** Two of each kind that no application has sent. The texts are also dates and numbers, so that any column compares with them. */
const NEUTRAL: Readonly<Record<ParameterKind, readonly [string, string]>> = {
  number: ['1', '2'],
  boolean: ['TRUE', 'FALSE'],
  text: ["'20000101'", "'20000102'"],
  time: ["'2000-01-01 00:00:00'", "'2000-01-02 00:00:00'"],
  binary: ["X'00'", "X'01'"],
};
const LIMIT = '100';
const COMPARES = new Set(['<', '>', '!', ':']);

/**
 * Neutral values in the place of the placeholders.
 *
 * @param pairs two of them for a value that is compared with `=`: a key then has two rows, and the server does not look for
 * the one of a value that no row has
 */
export function neutralEdits(
  tokens: readonly SqlToken[],
  kinds: readonly ParameterKind[],
  { pairs }: { readonly pairs: boolean },
): Edit[] {
  const edits: Edit[] = [];
  let inLimit = false;
  for (const [i, token] of tokens.entries()) {
    const { kind, start, end, text } = token;
    if (text === 'limit' || text === 'offset') inLimit = true;
    else if (kind !== Token.Placeholder && kind !== Token.Literal && text !== ',') inLimit = false;
    if (kind !== Token.Placeholder) continue;
    const [value, other] = NEUTRAL[kinds[edits.length] ?? 'text'];
    const equals = pairs && !inLimit ? equalsBefore(tokens, i) : undefined;
    if (equals) edits.push({ start: equals.start, end, text: ` IN (${value}, ${other})` });
    else edits.push({ start, end, text: inLimit ? LIMIT : isUpperBound(tokens, i) ? other : value });
  }
  return edits;
}

/** A range from a value to the same one would be empty. */
function isUpperBound(tokens: readonly SqlToken[], at: number): boolean {
  const [third, second, first] = [tokens[at - 3], tokens[at - 2], tokens[at - 1]];
  if (first?.text === 'and') return third?.text === 'between';
  return first?.text === '<' ? second?.text !== '<' : first?.text === '=' && second?.text === '<';
}

/** The `=` of a comparison, not a part of `<=` or `:=`. */
function equalsBefore(tokens: readonly SqlToken[], at: number): SqlToken | undefined {
  const [before, equals] = [tokens[at - 2], tokens[at - 1]];
  if (equals?.text !== '=' || before === undefined) return undefined;
  return COMPARES.has(before.text) && before.end === equals.start ? undefined : equals;
}
