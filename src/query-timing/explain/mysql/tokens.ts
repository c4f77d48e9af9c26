import { dialectOf, type BackslashRules } from '../../sql/dialect';
import { SqlLexer, Token } from '../../sql/lexer';

export const MYSQL = dialectOf('mysql');

export interface SqlToken {
  readonly kind: Token;
  readonly start: number;
  readonly end: number;
  /** Open brackets before it. */
  readonly depth: number;
  /** As it is written, in lower case if it is a bare word, and without the quotes of a name. */
  readonly text: string;
}

/** Undefined if the text can be read in several ways. */
export function tokensOf(sql: string): readonly SqlToken[] | undefined {
  const [usual, ...others] = MYSQL.backslashes;
  const tokens = read(sql, usual);
  if (!sql.includes('\\')) return tokens;
  const places = (all: readonly SqlToken[]) => all.map(({ start, end }) => `${start}-${end}`).join();
  return others.every((rules) => places(read(sql, rules)) === places(tokens)) ? tokens : undefined;
}

function read(sql: string, rules: BackslashRules): SqlToken[] {
  const lexer = new SqlLexer(sql, MYSQL, sql.length, rules);
  const tokens: SqlToken[] = [];
  let depth = 0;
  for (let kind = lexer.next(); kind !== Token.End; kind = lexer.next()) {
    const { start, end } = lexer;
    const written = sql.slice(start, end);
    if (written === ')') depth--;
    tokens.push({ kind, start, end, depth, text: textOf(kind, written) });
    if (written === '(') depth++;
  }
  return tokens;
}

function textOf(kind: Token, written: string): string {
  if (kind === Token.Word) return written.toLowerCase();
  return kind === Token.QuotedIdentifier ? written.slice(1, -1).replaceAll('``', '`') : written;
}

export const isName = ({ kind }: SqlToken): boolean => kind === Token.Word || kind === Token.QuotedIdentifier;
