/** What a condition does with a column of the table. */
export interface Condition {
  /** As PostgreSQL prints it, with literals: never show it as it is. */
  readonly text: string;
  readonly kind: 'column' | 'cast' | 'function' | 'other';
  /** Quoted where SQL needs it. */
  readonly column: string | undefined;
  readonly operator: string;
  /** The side without the column. */
  readonly value: string;
  /** The side with the column, without the table's alias. */
  readonly expression: string;
  /** Of a cast: the type; of a function: its name, `->>` and the like included. */
  readonly by: string | undefined;
}

const OPERATORS = [
  '=',
  '<>',
  '<=',
  '>=',
  '<',
  '>',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
  '@>',
  '<@',
  '?',
  '?|',
  '?&',
  '&&',
  '@@',
  '@?',
];
const OPERATOR = new RegExp(
  `^ (${[...OPERATORS]
    .sort((a, b) => b.length - a.length)
    .map((one) => one.replaceAll(/[|?*]/g, '\\$&'))
    .join('|')}) `,
);
const COLUMN = '(?:"(?:[^"]|"")*"|[a-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)';
/** Casts that an index on the column does not notice. */
const SAME_BYTES = /^(?:text|character varying)$/;
const TEXTS = new Set(['text', 'character varying', 'citext']);
const SUBPLAN = /\bSubPlan \d/;
const ARROWS = /^\(*.+? (->>|->|#>>|#>) /;
const SUBSCRIPT = new RegExp(`^${COLUMN}\\[`);

/** The parts of a condition that all have to hold. */
export const conjunctionsOf = (text: string): string[] => split(text, /^ AND /).map(unwrapped);

/**
 * Reads one of them.
 *
 * @param alias of the table, as PostgreSQL prints it
 * @param typeOf the type of a column
 */
export function conditionOf(text: string, alias: string, typeOf: (column: string) => string | undefined): Condition {
  const other: Condition = {
    text,
    kind: 'other',
    column: undefined,
    operator: '',
    value: '',
    expression: '',
    by: undefined,
  };
  const found = operatorIn(text);
  const [left, operator, right] = found ?? ['', '', ''];
  const own = new RegExp(`(?<![\\w$".])${aliasPattern(alias)}\\.(${COLUMN})`, 'g');
  const [isLeft, isRight] = [left, right].map((side) => new RegExp(own.source).test(side));
  if (!found || isLeft === isRight) return other;
  // Its value is another one for each row.
  if (SUBPLAN.test(isLeft ? right : left)) return other;
  const side = isLeft ? left : right;
  const columns = [...side.matchAll(own)].map((match) => match[1]!);
  const [column] = columns;
  const expression = unwrapped(side.replaceAll(own, '$1'));
  const result = {
    ...other,
    operator: isLeft ? operator : mirrored(operator),
    value: isLeft ? right : left,
    expression,
  };
  if (columns.length !== 1 || column === undefined) return result;
  if (expression === column) return { ...result, kind: 'column', column };
  const [, cast] = new RegExp(`^\\(?${escaped(column)}\\)?::([a-z][a-z ]*)$`).exec(expression) ?? [];
  if (cast !== undefined) {
    const isSame = SAME_BYTES.test(cast) && TEXTS.has(typeOf(column) ?? '');
    return isSame ? { ...result, kind: 'column', column } : { ...result, kind: 'cast', column, by: cast };
  }
  const subscript = SUBSCRIPT.test(expression) ? '[…]' : undefined;
  const by = /^([a-z_][\w.]*)\(/i.exec(expression)?.[1] ?? ARROWS.exec(expression)?.[1] ?? subscript;
  return by === undefined ? { ...result, column } : { ...result, kind: 'function', column, by };
}

/** A name as SQL needs it, except that of a key word. */
export const quoted = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : inQuotes(name));

const inQuotes = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** As PostgreSQL prints it: in quotes also if it is a key word. */
export const aliasPattern = (alias: string): string => `(?:${escaped(inQuotes(alias))}|${escaped(quoted(alias))})`;

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const mirrored = (operator: string) => operator.replaceAll(/[<>]/g, (mark) => (mark === '<' ? '>' : '<'));

function operatorIn(text: string): [left: string, operator: string, right: string] | undefined {
  for (const at of outsideOf(text)) {
    if (text[at] !== ' ') continue;
    const operator = OPERATOR.exec(text.slice(at, at + 8))?.[1];
    if (operator !== undefined) return [text.slice(0, at), operator, text.slice(at + operator.length + 2)];
  }
  return undefined;
}

function split(text: string, separator: RegExp): string[] {
  const inner = unwrapped(text);
  const parts: string[] = [];
  let start = 0;
  for (const at of outsideOf(inner)) {
    if (at < start || inner[at] !== ' ') continue;
    const found = separator.exec(inner.slice(at, at + 8));
    if (!found) continue;
    parts.push(inner.slice(start, at));
    start = at + found[0].length;
  }
  return [...parts, inner.slice(start)];
}

/** Without the brackets around the whole. */
export function unwrapped(text: string): string {
  let inner = text;
  while (inner.startsWith('(') && closes(inner) === inner.length - 1) inner = inner.slice(1, -1);
  return inner;
}

/** Where the bracket at the start is closed. */
function closes(text: string): number {
  for (const at of outsideOf(text)) if (at > 0 && text[at] === ')') return at;
  return -1;
}

/** The places outside of brackets and quotes; a closing bracket of the outermost pair is one. */
function outsideOf(text: string): number[] {
  const places: number[] = [];
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!;
    if (quote !== '') {
      if (mark === '\\' && quote === "'" && text[at - 1] !== undefined) at += isEscapeString(text, at) ? 1 : 0;
      else if (mark === quote) quote = '';
    } else if (mark === "'" || mark === '"') quote = mark;
    else if (mark === '(' || mark === '[') depth++;
    else if (mark === ')' || mark === ']') {
      depth--;
      if (depth === 0) places.push(at);
    } else if (depth === 0) places.push(at);
  }
  return places;
}

/** PostgreSQL prints a string with a backslash as `E'…'`, in which it doubles them. */
const isEscapeString = (text: string, at: number): boolean => text[at + 1] === '\\';
