import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';
import { StatementCache } from './statement-cache';

/** Every value of the label `query_type`, in the order in which the metrics print them. */
export const QUERY_TYPES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'BEGIN', 'COMMIT', 'ROLLBACK', 'OTHER'] as const;

export type QueryType = (typeof QUERY_TYPES)[number];

/** An index into {@link QUERY_TYPES}, so that counting touches an array and no string. */
export type QueryTypeIndex = number;

export const OTHER: QueryTypeIndex = QUERY_TYPES.indexOf('OTHER');
const LOWER_CASE = QUERY_TYPES.map((type) => type.toLowerCase());
export const BEGIN: QueryTypeIndex = QUERY_TYPES.indexOf('BEGIN');

/** Of letters, the bit that makes them lower case. */
const LOWER = 32;

/** A quick look: false for what by its first letters surely neither begins nor ends a transaction. */
export function mayBoundTransaction(sql: string): boolean {
  const at = verbStart(sql);
  switch (sql.charCodeAt(at) | LOWER) {
    case 115: // s, as in SELECT and START
      return (sql.charCodeAt(at + 1) | LOWER) === 116; // t
    case 105: // i
    case 117: // u
    case 100: // d
    case 119: // w
      return false;
    default:
      return true;
  }
}

/** Characters of WITH statements that are kept alive, in all; a longer one is read anew each time. */
const KEPT_CHARACTERS = 8192;

/**
 * What kind of statement a text is, by its first verb: comments, parentheses, case and white space do not matter,
 * `START TRANSACTION` is a BEGIN and `WITH …` takes the verb of its main statement. Reads no further than it must, which
 * for a WITH is far: those are remembered.
 */
export class QueryTypes {
  private readonly ofWith = new StatementCache<QueryTypeIndex>(KEPT_CHARACTERS);

  constructor(private readonly dialect: SqlDialect) {}

  indexOf(sql: string): QueryTypeIndex {
    const at = verbStart(sql);
    const type = plainVerb(sql, at);
    return type >= 0 ? type : this.indexOfOther(sql, at);
  }

  private indexOfOther(sql: string, at: number): QueryTypeIndex {
    const isWith = sql.slice(at, at + 4).toLowerCase() === 'with';
    if (!isWith || sql.length > KEPT_CHARACTERS) return scannedVerb(sql, this.dialect);
    let type = this.ofWith.get(sql);
    if (type === undefined) this.ofWith.set(sql, (type = scannedVerb(sql, this.dialect)));
    return type;
  }
}

const VERB_LENGTH = 6;
const SPACE = 32;
const [SELECT, INSERT, UPDATE, DELETE, COMMIT] = ['select', 'insert', 'update', 'delete', 'commit'].map((verb) =>
  packedVerb(verb, 0),
);

/** What may stand before a verb has lower codes than letters. */
const SEMICOLON = 59;
const ASTERISK = 42;
const SLASH = 47;

/** Where the verb begins, or what a closer look must be taken at. */
function verbStart(sql: string): number {
  return sql.charCodeAt(0) > SEMICOLON ? 0 : verbBehind(sql);
}

/** Passes over white space, brackets and comments that hold no other. */
function verbBehind(sql: string): number {
  for (let at = 0; ; at++) {
    const c = sql.charCodeAt(at);
    if (c === SPACE || (c >= 9 && c <= 13) || c === 40 || c === SEMICOLON) continue;
    if (c !== SLASH || sql.charCodeAt(at + 1) !== ASTERISK) return at;
    // The search is V8's own: it goes through a text much faster than we could.
    const end = sql.indexOf('*/', at + 2);
    if (end < 0 || sql.lastIndexOf('/*', end - 1) !== at) return at;
    at = end + 1;
  }
}

/** The short way for what ORMs send: the verb is the very first thing. -1 when it takes a closer look. */
function plainVerb(sql: string, at: number): QueryTypeIndex {
  if ((sql.charCodeAt(at + VERB_LENGTH) || SPACE) > SPACE) return ofTypeOrm(sql);
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

/** What TypeORM itself sends about transactions and {@link plainVerb} cannot tell by six letters. */
function ofTypeOrm(sql: string): QueryTypeIndex {
  if (sql === 'START TRANSACTION') return BEGIN;
  return sql === 'ROLLBACK' ? 6 : -1;
}

/** Six letters of either case in thirty bits; -1 when there is something else. Short code: it runs cold each time. */
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
 * The first data verb outside all parentheses. A name in the list of common table expressions may look like one
 * (`WITH update AS (…)`): what follows WITH, RECURSIVE or a comma is a name.
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
