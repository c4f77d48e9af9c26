import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';
import { StatementCache } from './statement-cache';

/** Every value of the label `query_type`, in the order of the exposition. */
export const QUERY_TYPES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'BEGIN', 'COMMIT', 'ROLLBACK', 'OTHER'] as const;

export type QueryType = (typeof QUERY_TYPES)[number];

/** An index into {@link QUERY_TYPES}: counting indexes arrays instead of comparing strings. */
export type QueryTypeIndex = number;

export const OTHER: QueryTypeIndex = QUERY_TYPES.indexOf('OTHER');
const LOWER_CASE = QUERY_TYPES.map((type) => type.toLowerCase());
export const BEGIN: QueryTypeIndex = QUERY_TYPES.indexOf('BEGIN');

/** The bit that turns an ASCII letter into lower case. */
const LOWER = 32;

/** A cheap check of the first letters: false only if the statement cannot begin or end a transaction. */
export function mayBeginOrEndTransaction(sql: string): boolean {
  const at = verbStart(sql);
  switch (sql.charCodeAt(at) | LOWER) {
    case 115: // s, as in SELECT, but also in START, SAVEPOINT and SET
      return (sql.charCodeAt(at + 1) | LOWER) !== 101 || (sql.charCodeAt(at + 2) | LOWER) === 116;
    case 105: // i
    case 117: // u
    case 100: // d
    case 119: // w
      return false;
    default:
      return true;
  }
}

/** Characters of all cached WITH statements together; a longer statement is parsed every time. */
const MAX_CACHED_CHARACTERS = 8192;

/**
 * The type of a statement by its first verb. Comments, parentheses, case and white space are ignored; `START TRANSACTION`
 * is a BEGIN, and `WITH …` has the type of its main statement. It reads only as far as necessary; a WITH statement has to
 * be read far, so its type is cached.
 */
export class QueryTypes {
  private readonly withStatements = new StatementCache<QueryTypeIndex>(MAX_CACHED_CHARACTERS);

  constructor(private readonly dialect: SqlDialect) {}

  indexOf(sql: string): QueryTypeIndex {
    const at = verbStart(sql);
    const type = plainVerb(sql, at);
    return type >= 0 ? type : this.uncommonIndexOf(sql, at);
  }

  private uncommonIndexOf(sql: string, at: number): QueryTypeIndex {
    const isWith = sql.slice(at, at + 4).toLowerCase() === 'with';
    if (!isWith || sql.length > MAX_CACHED_CHARACTERS) return scannedVerb(sql, this.dialect);
    let type = this.withStatements.get(sql);
    if (type === undefined) this.withStatements.set(sql, (type = scannedVerb(sql, this.dialect)));
    return type;
  }
}

const VERB_LENGTH = 6;
const SPACE = 32;
const [SELECT, INSERT, UPDATE, DELETE, COMMIT] = ['select', 'insert', 'update', 'delete', 'commit'].map((verb) =>
  packedVerb(verb, 0),
);

/** Every character that can precede a verb has a lower code than any letter. */
const SEMICOLON = 59;
const ASTERISK = 42;
const SLASH = 47;

/** The index of the verb, or of something that needs the lexer. */
function verbStart(sql: string): number {
  return sql.charCodeAt(0) > SEMICOLON ? 0 : verbAfterSpace(sql);
}

/** Skips white space, parentheses and comments that are not nested. */
function verbAfterSpace(sql: string): number {
  for (let at = 0; ; at++) {
    const c = sql.charCodeAt(at);
    if (c === SPACE || (c >= 9 && c <= 13) || c === 40 || c === SEMICOLON) continue;
    if (c !== SLASH || sql.charCodeAt(at + 1) !== ASTERISK) return at;
    // V8's own search is much faster than a loop.
    const end = sql.indexOf('*/', at + 2);
    if (end < 0 || sql.lastIndexOf('/*', end - 1) !== at) return at;
    at = end + 1;
  }
}

/** The fast path for ORM statements, which start with the verb. -1 if the lexer is needed. */
function plainVerb(sql: string, at: number): QueryTypeIndex {
  if ((sql.charCodeAt(at + VERB_LENGTH) || SPACE) > SPACE) return typeOrmVerb(sql);
  switch (packedVerb(sql, at)) {
    case SELECT:
      return 0;
    case INSERT:
      return 1;
    case UPDATE:
      return 2;
    case DELETE:
      return 3;
    case COMMIT:
      return 5;
    default:
      return -1;
  }
}

/** The transaction statements of TypeORM that {@link plainVerb} cannot recognise by six letters. */
function typeOrmVerb(sql: string): QueryTypeIndex {
  if (sql === 'START TRANSACTION') return BEGIN;
  return sql === 'ROLLBACK' ? 6 : -1;
}

/** Six letters, ignoring case, packed into thirty bits; -1 if there is another character. Short, because it runs cold. */
function packedVerb(sql: string, at: number): number {
  let packed = 0;
  for (let i = at; i < at + VERB_LENGTH; i++) {
    const letter = (sql.charCodeAt(i) | LOWER) - 97;
    if (letter < 0 || letter > 25) return -1;
    packed = (packed << 5) | letter;
  }
  return packed;
}

function scannedVerb(sql: string, dialect: SqlDialect): QueryTypeIndex {
  const lexer = new SqlLexer(sql, dialect);
  let token = lexer.next();
  while (token === Token.Punctuation && (sql[lexer.start] === '(' || sql[lexer.start] === ';')) token = lexer.next();
  if (token !== Token.Word) return OTHER;
  if (lexer.isWord('with')) return mainVerbOfWith(sql, lexer);
  if (lexer.isWord('start')) return lexer.next() === Token.Word && lexer.isWord('transaction') ? BEGIN : OTHER;
  return verbAt(lexer);
}

function verbAt(lexer: SqlLexer): QueryTypeIndex {
  for (let type = 0; type < OTHER; type++) {
    if (lexer.isWord(LOWER_CASE[type]!)) return type;
  }
  return OTHER;
}

/**
 * The first data verb outside all parentheses. The name of a common table expression may look like one
 * (`WITH update AS (…)`): a word after WITH, RECURSIVE or a comma is a name.
 */
function mainVerbOfWith(sql: string, lexer: SqlLexer): QueryTypeIndex {
  let depth = 0;
  let isName = true;
  for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
    if (token === Token.Punctuation) {
      const c = sql[lexer.start];
      if (c === '(') depth++;
      else if (c === ')') depth--;
      isName = c === ',';
    } else if (depth > 0) {
      continue;
    } else if (token === Token.Word && !isName) {
      const type = verbAt(lexer);
      if (type < BEGIN) return type;
      if (lexer.isWord('merge') || lexer.isWord('values') || lexer.isWord('table')) return OTHER;
    } else {
      isName = token === Token.Word && lexer.isWord('recursive');
    }
  }
  return OTHER;
}
