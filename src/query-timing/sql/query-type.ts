import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';

/** Every value of the label `query_type`, in the order in which the metrics print them. */
export const QUERY_TYPES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'BEGIN', 'COMMIT', 'ROLLBACK', 'OTHER'] as const;

export type QueryType = (typeof QUERY_TYPES)[number];

/** An index into {@link QUERY_TYPES}, so that counting touches an array and no string. */
export type QueryTypeIndex = number;

const OTHER = QUERY_TYPES.indexOf('OTHER');
const LOWER_CASE = QUERY_TYPES.map((type) => type.toLowerCase());
export const BEGIN: QueryTypeIndex = QUERY_TYPES.indexOf('BEGIN');

/**
 * What kind of statement a text is, by its first verb: comments, parentheses, case and white space do not matter,
 * `START TRANSACTION` is a BEGIN and `WITH …` takes the verb of its main statement. Reads no further than it must.
 */
export function queryTypeIndexOf(sql: string, dialect: SqlDialect): QueryTypeIndex {
  const type = plainVerb(sql);
  return type >= 0 ? type : scannedVerb(sql, dialect);
}

/**
 * A quick look: false for what surely begins no transaction. The second letter tells, of INSERT and UPDATE at once, of
 * SELECT and DELETE together with the first.
 */
export function mayBeginTransaction(sql: string): boolean {
  switch (sql.charCodeAt(1) | LOWER) {
    case 110: // n
    case 112: // p
      return false;
    case 101: // e
      return (sql.charCodeAt(0) | LOWER) === 98; // b
    default:
      return true;
  }
}

export function queryTypeOf(sql: string, dialect: SqlDialect): QueryType {
  return QUERY_TYPES[queryTypeIndexOf(sql, dialect)]!;
}

const VERB_LENGTH = 6;
const SPACE = 32;
/** Of letters, the bit that makes them lower case. */
const LOWER = 32;
const [SELECT, INSERT, UPDATE, DELETE, COMMIT] = ['select', 'insert', 'update', 'delete', 'commit'].map(packedVerb);

/** The short way for what ORMs send: the verb is the very first thing. -1 when it takes a closer look. */
function plainVerb(sql: string): QueryTypeIndex {
  if ((sql.charCodeAt(VERB_LENGTH) || SPACE) > SPACE) return ofTypeOrm(sql);
  switch (packedVerb(sql)) {
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
function packedVerb(sql: string): number {
  let packed = 0;
  for (let i = 0; i < VERB_LENGTH; i++) {
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
