import { Token, type SqlLexer } from './lexer';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What is known before a double-quoted text that may be a name or a string. */
export interface Surroundings {
  /** The word before it, in lower case; empty if something else is before it. */
  readonly word: string;
  /** The character before it, if it is punctuation. */
  readonly mark: string;
  /** True if a name, a value or a closing bracket is before it. */
  readonly afterOperand: boolean;
  /** The clause that it is in: the last of SELECT, SET, BY, RETURNING and other words in the same brackets. */
  readonly clause: string;
  /** True in the brackets of a list of columns. */
  readonly inColumns: boolean;
}

export type Verdict = 'name' | 'string' | 'name if FROM follows';

/** Words after which only a name can follow. */
const BEFORE_NAME = words(
  'from join into update table index view trigger exists as references column to constraint collate rename add drop ' +
    'recursive with identity_insert',
);
/** Words after which an expression starts. */
const BEFORE_TERM = words('where and or not on having when check by');
const COMPARISONS = words('is not in like glob between match regexp');
const CONSTANTS = words('null true false select current_timestamp current_date current_time');
const AFTER_SORTED = words('asc desc nulls collate limit having offset rows range order');
const PLAIN = /^"[\p{L}_][\p{L}\p{N}_$]*"$/u;

/**
 * SQLite takes `"text"` for a string where no such column exists, and SQL Server does with QUOTED_IDENTIFIER off. It is a
 * name only where nothing else makes sense; in doubt it is a string.
 */
export function verdictOf(sql: string, lexer: SqlLexer, { word, mark, ...around }: Surroundings): Verdict {
  const { start, end } = lexer;
  return lexer.ahead(() => {
    const token = lexer.next();
    const next = token === Token.Punctuation ? sql[lexer.start]! : '';
    const nextWord = token === Token.Word ? sql.slice(lexer.start, lexer.end).toLowerCase() : '';
    if (next === '.' || mark === '.' || next === '(') return 'name';
    if (BEFORE_NAME.has(word) || nextWord === 'set') return 'name';
    if (around.afterOperand) return 'name'; // an alias
    const first = mark === '(' || mark === ',';
    if (around.inColumns && first) return 'name';
    const { clause } = around;
    const item = word === clause || mark === ',';
    if (clause === 'set' && item && next === '=') return 'name';
    const last = token === Token.End || next === ',' || next === ')' || next === ';';
    if (clause === 'by' && item && (last || AFTER_SORTED.has(nextWord))) return 'name';
    if (clause === 'returning' && item && (last || nextWord === 'as')) return 'name';
    if (!PLAIN.test(sql.slice(start, end))) return 'string';
    if (
      clause === 'select' &&
      (item || word === 'distinct') &&
      (next === ',' || nextWord === 'from' || nextWord === 'as')
    ) {
      return 'name if FROM follows';
    }
    if ('+-*/%'.includes(next) && next !== '') return isValue(lexer.next()) ? 'name' : 'string';
    const isTerm = BEFORE_TERM.has(word) || first;
    return isTerm && isCompared(next, nextWord) && comparesWithConstant(sql, lexer) ? 'name' : 'string';
  });
}

function isCompared(next: string, nextWord: string): boolean {
  return ('=<>!'.includes(next) && next !== '') || COMPARISONS.has(nextWord);
}

/** Whether what follows the operator is a literal or a placeholder: two constants are not worth comparing. */
function comparesWithConstant(sql: string, lexer: SqlLexer): boolean {
  for (let count = 0; count < 6; count++) {
    const token = lexer.next();
    if (isValue(token)) return true;
    const text = sql.slice(lexer.start, lexer.end).toLowerCase();
    if (token === Token.Word && COMPARISONS.has(text)) continue;
    if (token === Token.Word) return CONSTANTS.has(text);
    if (token !== Token.Punctuation || !'=<>!(+-'.includes(text)) return false;
  }
  return false;
}

function isValue(token: Token): boolean {
  return token === Token.Literal || token === Token.Placeholder;
}
