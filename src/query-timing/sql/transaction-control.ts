import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';
import { QUERY_TYPES, type QueryTypeIndex } from './query-type';

const CONTROL_TYPES: ReadonlySet<QueryTypeIndex> = new Set(
  (['BEGIN', 'COMMIT', 'ROLLBACK'] as const).map((type) => QUERY_TYPES.indexOf(type)),
);
/** First words of the statements that have no type: those of savepoints, and other names of COMMIT and ROLLBACK. */
const CONTROL_WORDS = ['savepoint', 'release', 'save', 'end', 'abort'];

export function isControlType(typeIndex: QueryTypeIndex): boolean {
  return CONTROL_TYPES.has(typeIndex);
}

/** Whether a statement of the type OTHER ends a transaction or concerns a savepoint: then it reads and writes no data. */
export function isOtherControl(sql: string, dialect: SqlDialect): boolean {
  const lexer = new SqlLexer(sql, dialect);
  return lexer.next() === Token.Word && CONTROL_WORDS.some((word) => lexer.isWord(word));
}
