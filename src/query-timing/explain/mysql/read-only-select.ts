import { Token } from '../../sql/lexer';
import type { SqlToken } from './tokens';

/** Texts in the place of parts of a statement, in their order. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Rewrite = (words: readonly TopWord[], tokens: readonly SqlToken[], length: number) => Edit[] | undefined;
/** A bare word outside of brackets, with its place among the tokens. */
interface TopWord {
  readonly text: string;
  readonly token: SqlToken;
  readonly next: SqlToken | undefined;
}

const READ = 'SELECT * FROM';
const MODIFIERS = new Set(['low_priority', 'ignore', 'quick', 'delayed', 'high_priority']);

const REWRITES: Readonly<Record<string, Rewrite>> = {
  select: withoutLock,
  with: (words, tokens, length) =>
    words.some(({ text }) => text === 'update' || text === 'delete') ? undefined : withoutLock(words, tokens, length),
  insert: readByInsert,
  replace: readByInsert,
  update: readByUpdate,
  delete: readByDelete,
};

/**
 * What makes a statement one that only reads: the rows that an UPDATE or a DELETE changes, those that an INSERT takes from a
 * SELECT. The server refuses to explain another one in a session that only reads, and elsewhere it would run the functions in
 * it.
 *
 * @returns undefined if it reads nothing, such as an INSERT of values
 */
export function readOnlyEdits(tokens: readonly SqlToken[], length: number): readonly Edit[] | undefined {
  const words = tokens.flatMap((token, i) =>
    token.kind === Token.Word && token.depth === 0 ? [{ text: token.text, token, next: tokens[i + 1] }] : [],
  );
  const verb = verbOf(tokens);
  return Object.hasOwn(REWRITES, verb) ? REWRITES[verb]!(words, tokens, length) : undefined;
}

const verbOf = (tokens: readonly SqlToken[]) => tokens.find(({ kind }) => kind === Token.Word)?.text ?? '';

export const changesRows = (tokens: readonly SqlToken[]): boolean => !['select', 'with'].includes(verbOf(tokens));

const cut = (start: number, end: number, text = ''): Edit => ({ start, end, text });

function from(words: readonly TopWord[], length: number, isStart: (word: TopWord) => boolean): Edit[] {
  const word = words.find(isStart);
  return word === undefined ? [] : [cut(word.token.start, length)];
}

const isReturning = ({ text }: TopWord) => text === 'returning';
const isLock = ({ text, next }: TopWord) =>
  (text === 'for' && (next?.text === 'update' || next?.text === 'share')) || (text === 'lock' && next?.text === 'in');

function withoutLock(words: readonly TopWord[], _: readonly SqlToken[], length: number): Edit[] {
  return from(words, length, isLock);
}

function readByInsert(words: readonly TopWord[], _: readonly SqlToken[], length: number): Edit[] | undefined {
  const select = words.find(({ text }) => text === 'select');
  if (select === undefined) return undefined;
  const at = words.indexOf(select);
  if (words.slice(0, at).some(({ text }) => text === 'values' || text === 'value')) return undefined;
  const isEnd = (word: TopWord) => isReturning(word) || isLock(word) || isDuplicate(word);
  return [cut(0, select.token.start), ...from(words.slice(at), length, isEnd)];
}

const isDuplicate = ({ text, next }: TopWord) => text === 'on' && next?.text === 'duplicate';

const TAIL = new Set(['where', 'order', 'limit', 'returning']);

function readByUpdate(words: readonly TopWord[], tokens: readonly SqlToken[], length: number): Edit[] | undefined {
  const set = words.find(({ text }) => text === 'set');
  const tables = tokens.slice(1).find(({ text }) => !MODIFIERS.has(text));
  if (set === undefined || tables === undefined) return undefined;
  const tail = words.slice(words.indexOf(set)).find(({ text }) => TAIL.has(text));
  const end = tail === undefined || isReturning(tail) ? length : tail.token.start;
  const rest = end === length ? [] : from(words, length, isReturning);
  return [cut(0, tables.start, `${READ} `), cut(set.token.start, end), ...rest];
}

function readByDelete(words: readonly TopWord[], _: readonly SqlToken[], length: number): Edit[] | undefined {
  const first = words.find(({ text }) => text === 'from');
  if (first === undefined) return undefined;
  const using = words.find(({ text, next }) => text === 'using' && next?.text !== '(');
  const joined = words.some(({ text }) => text === 'join');
  const start = using !== undefined && !joined ? using : first;
  return [cut(0, start.token.end, READ), ...from(words, length, isReturning)];
}

/** @param edits in any order; of two that overlap, the one that begins first counts */
export function edited(sql: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < at) continue;
    result += sql.slice(at, start) + text;
    at = end;
  }
  return result + sql.slice(at);
}
