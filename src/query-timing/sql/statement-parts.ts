import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';

/** Characters that are read: a longer statement has lists that say no more. */
const MAX_READ = 16_384;

const ZERO = 48;
const NINE = 57;

/** A part of a statement, without comments and white space. */
export interface Part {
  readonly token: Token;
  /** A word in lower case, a name without quotes, a value or a placeholder as it is written, or a character. */
  readonly text: string;
  /** A word that may be a keyword. */
  readonly bare: boolean;
}

/** After the last part. */
export const END: Part = { token: Token.End, text: '', bare: false };

export function partsOf(sql: string, dialect: SqlDialect): Part[] {
  const lexer = new SqlLexer(sql, dialect, Math.min(sql.length, MAX_READ));
  const parts: Part[] = [];
  for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
    const raw = sql.slice(lexer.start, lexer.end);
    if (token === Token.Word) parts.push({ token, text: raw.toLowerCase(), bare: true });
    else if (token === Token.QuotedIdentifier || token === Token.DoubleQuoted) {
      const quote = raw.at(-1)!;
      parts.push({ token: Token.Word, text: raw.slice(1, -1).replaceAll(quote + quote, quote), bare: false });
    } else if (token === Token.Punctuation) parts.push({ token, text: raw, bare: false });
    else {
      if (endsWithSign(parts)) parts.pop();
      const isInlined = token === Token.Literal && dialect.inlinesNumbers && isNumber(raw);
      parts.push({ token: isInlined ? Token.Placeholder : token, text: raw, bare: false });
    }
  }
  return parts;
}

const isNumber = (raw: string): boolean => raw.charCodeAt(0) <= NINE && raw.charCodeAt(0) >= ZERO;

/** That of the value which follows, as in `= -1`, and not between two values. */
function endsWithSign(parts: readonly Part[]): boolean {
  const last = parts.at(-1)?.text;
  const before = parts.at(-2);
  return (last === '-' || last === '+') && before?.token === Token.Punctuation && before.text !== ')';
}
