import { Token } from '../../sql/lexer';
import { isName, tokensOf, type SqlToken } from './tokens';

/** What a condition does with a column of a table. */
export interface Condition {
  readonly kind: 'column' | 'function' | 'other';
  readonly column: string | undefined;
  /** `=`, `<`, `like` and so on, in lower case; those of MySQL that mean the same are one. */
  readonly operator: string;
  /** Of a function: its name. */
  readonly by: string | undefined;
  /** The side without the column begins with a wildcard, or is a number. */
  readonly value: 'wildcard' | 'number' | 'other';
}

const OTHER: Condition = { kind: 'other', column: undefined, operator: '', by: undefined, value: 'other' };
const SYMBOLS = new Set(['=', '<', '>', '!']);
const WORDS = new Set(['like', 'in', 'between', 'is', 'regexp', 'rlike']);
/** What MariaDB writes around conditions of outer joins. */
const WRAPPERS = new Set(['trigcond']);

/** The parts of a condition that all have to hold, as far as they are about columns of the table. */
export function conditionsOf(text: string | undefined, alias: string): Condition[] {
  const tokens = text === undefined ? undefined : tokensOf(text);
  return tokens === undefined ? [] : conjunctions(tokens).map((part) => conditionOf(part, alias));
}

function conjunctions(tokens: readonly SqlToken[]): (readonly SqlToken[])[] {
  const inner = unwrapped(tokens);
  const depth = inner[0]?.depth ?? 0;
  const parts: SqlToken[][] = [[]];
  let isBetween = false;
  for (const token of inner) {
    const isTop = token.depth === depth && token.kind === Token.Word;
    if (isTop && token.text === 'between') isBetween = true;
    if (isTop && token.text === 'and' && !isBetween) parts.push([]);
    else parts.at(-1)!.push(token);
    if (isTop && token.text === 'and') isBetween = false;
  }
  return parts.length === 1 ? [inner] : parts.flatMap(conjunctions);
}

/** Without the brackets around the whole. */
function unwrapped(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const [first, second] = tokens;
  const start = first?.text === '(' ? 0 : WRAPPERS.has(first?.text ?? '') && second?.text === '(' ? 1 : -1;
  if (start < 0) return tokens;
  const { depth } = tokens[start]!;
  const close = tokens.findIndex(({ text, depth: at }, i) => i > start && text === ')' && at === depth);
  return close === tokens.length - 1 ? unwrapped(tokens.slice(start + 1, close)) : tokens;
}

function conditionOf(tokens: readonly SqlToken[], alias: string): Condition {
  const depth = tokens[0]?.depth ?? 0;
  const isTop = (token: SqlToken) => token.depth === depth;
  if (tokens.some((token) => isTop(token) && (token.text === 'or' || token.text === 'xor'))) return OTHER;
  const at = tokens.findIndex(
    (token) => isTop(token) && (token.kind === Token.Word ? WORDS.has(token.text) : SYMBOLS.has(token.text)),
  );
  if (at < 0) return OTHER;
  let end = at + 1;
  while (SYMBOLS.has(tokens[at]!.text) && SYMBOLS.has(tokens[end]?.text ?? '')) end++;
  const written = tokens
    .slice(at, end)
    .map(({ text }) => text)
    .join('');
  const negated = tokens[at - 1]?.text === 'not';
  const operator = negated || tokens[0]?.text === '!' ? 'not' : written === '<=>' ? '=' : written;
  const sides = [unwrapped(tokens.slice(0, negated ? at - 1 : at)), unwrapped(tokens.slice(end))] as const;
  const columns = sides.map((side) => columnsIn(side, alias));
  const own = columns[0]!.length > 0 ? 0 : 1;
  if (columns[own]!.length !== 1 || columns[1 - own]!.length > 0) return OTHER;
  const [{ column, length }] = columns[own] as [Column];
  const value = valueOf(sides[1 - own]!);
  const named = { column, operator: own === 0 ? operator : mirrored(operator), value };
  if (sides[own].length === length) return { ...OTHER, ...named, kind: 'column' };
  const [name, bracket] = sides[own];
  const isCall = name?.kind === Token.Word && bracket?.text === '(';
  return isCall ? { ...OTHER, ...named, kind: 'function', by: name.text } : { ...OTHER, ...named };
}

interface Column {
  readonly column: string;
  /** In tokens. */
  readonly length: number;
}

/** `alias.column`, or `schema.alias.column` as MySQL writes it. */
function columnsIn(tokens: readonly SqlToken[], alias: string): Column[] {
  return tokens.flatMap((token, i) => {
    const [dot, name] = [tokens[i + 1], tokens[i + 2]];
    if (!isName(token) || !isSame(token.text, alias) || dot?.text !== '.' || name === undefined) return [];
    if (!isName(name) || tokens[i + 3]?.text === '.') return [];
    return [{ column: name.text, length: tokens[i - 1]?.text === '.' ? 5 : 3 }];
  });
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
const mirrored = (operator: string) => operator.replaceAll(/[<>]/g, (mark) => (mark === '<' ? '>' : '<'));

function valueOf([first]: readonly SqlToken[]): Condition['value'] {
  if (first?.kind !== Token.Literal) return 'other';
  if (/^\d/.test(first.text)) return 'number';
  return /^['"][%_]/.test(first.text) ? 'wildcard' : 'other';
}
