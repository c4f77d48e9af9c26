import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';
import { OTHER, QUERY_TYPES, type QueryTypeIndex } from './query-type';

const CONTROL_TYPES: ReadonlySet<QueryTypeIndex> = new Set(
  (['BEGIN', 'COMMIT', 'ROLLBACK'] as const).map((type) => QUERY_TYPES.indexOf(type)),
);
/** First words of the statements that have no type: those of savepoints, and other names of COMMIT and ROLLBACK. */
const CONTROL_WORDS = ['savepoint', 'release', 'save', 'end', 'abort'];

/** True for the statements that begin or end a transaction or concern its savepoints: they read and write no data. */
export function isTransactionControl(sql: string, typeIndex: QueryTypeIndex, dialect: SqlDialect): boolean {
  if (typeIndex !== OTHER) return CONTROL_TYPES.has(typeIndex);
  const lexer = new SqlLexer(sql, dialect);
  return lexer.next() === Token.Word && CONTROL_WORDS.some((word) => lexer.isWord(word));
}
