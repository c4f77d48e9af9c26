import type { SqlDialect } from './dialect';

export enum Token {
  End,
  /** A keyword or a bare identifier. */
  Word,
  /** An identifier in quotes, brackets or backticks. */
  QuotedIdentifier,
  /** A string, a number or a bit string: never displayed. */
  Literal,
  /** `?` or `$1`. */
  Placeholder,
  /** Any other single character. */
  Punctuation,
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const NO_BREAK_SPACE = 0xa0;
const BYTE_ORDER_MARK = 0xfeff;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const AMPERSAND = 38;
const QUOTE = 39;
const OPEN_PARENTHESIS = 40;
const ASTERISK = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const LESS_THAN = 60;
const QUESTION_MARK = 63;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const UNDERSCORE = 95;
const BACKTICK = 96;
const OPEN_BRACE = 123;

const isSpace = (c: number) =>
  c === SPACE || (c >= TAB && c <= CARRIAGE_RETURN) || c === NO_BREAK_SPACE || c === BYTE_ORDER_MARK;
const isDigit = (c: number) => c >= ZERO && c <= NINE;
const lower = (c: number) => c | 32;
const isLetter = (c: number) => (lower(c) >= 97 && lower(c) <= 122) || (c >= 0x80 && !isSpace(c));
const startsWord = (c: number) => isLetter(c) || c === UNDERSCORE;
const continuesWord = (c: number) => startsWord(c) || isDigit(c) || c === DOLLAR;

/**
 * Reads SQL token by token, forwards only, so in linear time for any text. An unclosed string, comment or quoted name
 * extends to the end of the text, which is the safe side: no literal leaks.
 */
export class SqlLexer {
  /** Where the current token starts. */
  start = 0;
  /** Where it ends, exclusive. */
  end = 0;
  /** True if white space or a comment precedes the current token. */
  spaced = false;

  constructor(
    private readonly sql: string,
    private readonly dialect: SqlDialect,
    private readonly limit = sql.length,
  ) {}

  next(): Token {
    const { sql } = this;
    this.skipSpace();
    const i = (this.start = this.end);
    if (i >= this.limit) return Token.End;
    const c = sql.charCodeAt(i);
    if (startsWord(c)) return this.word(c);
    if (isDigit(c) || (c === DOT && isDigit(this.at(i + 1)))) return this.number();
    switch (c) {
      case QUOTE:
        return this.string(i + 1, this.dialect.backslashEscapes);
      case DOUBLE_QUOTE:
        if (this.dialect.doubleQuotedStrings) {
          return this.finish(Token.Literal, this.closing(i + 1, DOUBLE_QUOTE, this.dialect.backslashEscapes));
        }
        return this.finish(Token.QuotedIdentifier, this.closing(i + 1, DOUBLE_QUOTE, false));
      case BACKTICK:
        return this.finish(Token.QuotedIdentifier, this.closing(i + 1, BACKTICK, false));
      case OPEN_BRACKET:
        if (!this.dialect.bracketIdentifiers) break;
        return this.finish(Token.QuotedIdentifier, this.closing(i + 1, CLOSE_BRACKET, false));
      case DOLLAR:
        if (isDigit(this.at(i + 1))) return this.parameter();
        if (this.dialect.postgresStrings) return this.dollarQuoted();
        break;
      case QUESTION_MARK:
        return this.finish(Token.Placeholder, i + 1);
    }
    return this.finish(Token.Punctuation, i + 1);
  }

  /** Whether the current token is this word, ignoring case. @param word in lower case */
  isWord(word: string): boolean {
    if (this.end - this.start !== word.length) return false;
    for (let k = 0; k < word.length; k++) {
      if (lower(this.sql.charCodeAt(this.start + k)) !== word.charCodeAt(k)) return false;
    }
    return true;
  }

  private at(i: number): number {
    return i < this.limit ? this.sql.charCodeAt(i) : 0;
  }

  private finish(token: Token, end: number): Token {
    this.end = end;
    return token;
  }

  private skipSpace(): void {
    const { mysqlComments, nestedComments } = this.dialect;
    let i = this.end;
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (isSpace(c)) continue;
      if (c === MINUS && this.at(i + 1) === MINUS) {
        if (mysqlComments && i + 2 < this.limit && !(this.sql.charCodeAt(i + 2) <= SPACE)) break;
        i = this.lineEnd(i + 2);
      } else if (c === HASH && mysqlComments) {
        i = this.lineEnd(i + 1);
      } else if (c === SLASH && this.at(i + 1) === ASTERISK) {
        i = this.blockCommentEnd(i + 2, nestedComments) - 1;
      } else {
        break;
      }
    }
    this.spaced = i > this.end;
    this.end = i;
  }

  /** The line break itself, or the end. PostgreSQL ends a comment at a carriage return too, MySQL does not. */
  private lineEnd(i: number): number {
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === LINE_FEED || (c === CARRIAGE_RETURN && this.dialect.postgresStrings)) return i;
    }
    return this.limit;
  }

  private blockCommentEnd(i: number, nested: boolean): number {
    let depth = 1;
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === ASTERISK && this.at(i + 1) === SLASH) {
        i++;
        if (--depth === 0) return i + 1;
      } else if (nested && c === SLASH && this.at(i + 1) === ASTERISK) {
        i++;
        depth++;
      }
    }
    return this.limit;
  }

  private word(first: number): Token {
    const i = this.start;
    const second = this.at(i + 1);
    if (second === QUOTE) {
      const letter = lower(first);
      if (letter === 101 && this.dialect.postgresStrings) return this.string(i + 2, true); // e
      if (letter === 98 || letter === 120 || letter === 110) return this.string(i + 2, this.dialect.backslashEscapes); // b x n
      if (letter === 113 && this.dialect.alternativeQuotes) return this.alternativeQuoted(i + 2); // q
    } else if (second === AMPERSAND && lower(first) === 117 && this.at(i + 2) === QUOTE) {
      return this.string(i + 3, this.dialect.backslashEscapes); // u&
    } else if (lower(first) === 110 && lower(second) === 113 && this.at(i + 2) === QUOTE) {
      if (this.dialect.alternativeQuotes) return this.alternativeQuoted(i + 3); // nq
    }
    let end = i + 1;
    while (end < this.limit && continuesWord(this.sql.charCodeAt(end))) end++;
    return this.finish(Token.Word, end);
  }

  /** Lenient on purpose: `12abc` is not a valid number, but it must not be displayed either. */
  private number(): Token {
    let end = this.start + 1;
    for (; end < this.limit; end++) {
      const c = this.sql.charCodeAt(end);
      if (isDigit(c) || c === DOT || startsWord(c)) continue;
      if ((c === PLUS || c === MINUS) && lower(this.sql.charCodeAt(end - 1)) === 101 && this.isDecimal(end - 1))
        continue;
      break;
    }
    return this.finish(Token.Literal, end);
  }

  /** True for `1e` and `1.5e`, but not for `0x1e`, after which a sign is an operator. */
  private isDecimal(end: number): boolean {
    return !(
      this.sql.charCodeAt(this.start) === ZERO &&
      lower(this.at(this.start + 1)) === 120 &&
      end > this.start + 1
    );
  }

  private parameter(): Token {
    let end = this.start + 2;
    while (end < this.limit && isDigit(this.sql.charCodeAt(end))) end++;
    return this.finish(Token.Placeholder, end);
  }

  private string(i: number, backslashes: boolean): Token {
    let end = this.closing(i, QUOTE, backslashes);
    if (this.dialect.postgresStrings) {
      for (let more = this.continuation(end); more > 0; more = this.continuation(end)) {
        end = this.closing(more, QUOTE, backslashes);
      }
    }
    return this.finish(Token.Literal, end);
  }

  /** The index after the closing quote; a doubled quote is an escaped one. */
  private closing(i: number, quote: number, backslashes: boolean): number {
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === quote) {
        if (this.at(i + 1) !== quote) return i + 1;
        i++;
      } else if (c === BACKSLASH && backslashes) {
        i++;
      }
    }
    return this.limit;
  }

  /**
   * PostgreSQL joins `'a'` and `'b'` if there is a line break between them, and the rules of the first apply to the
   * second (`E'a'⏎'b\''`). Returns the start of the second string's text, or 0.
   */
  private continuation(i: number): number {
    let lineBreak = false;
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === LINE_FEED || c === CARRIAGE_RETURN) lineBreak = true;
      else if (c === MINUS && this.at(i + 1) === MINUS) i = this.lineEnd(i + 2) - 1;
      else if (!isSpace(c)) return c === QUOTE && lineBreak ? i + 1 : 0;
    }
    return 0;
  }

  private dollarQuoted(): Token {
    let i = this.start + 1;
    while (i < this.limit && (startsWord(this.sql.charCodeAt(i)) || isDigit(this.sql.charCodeAt(i)))) i++;
    if (this.at(i) !== DOLLAR) return this.finish(Token.Punctuation, this.start + 1);
    const delimiter = this.sql.slice(this.start, i + 1);
    const close = this.sql.indexOf(delimiter, i + 1);
    return this.finish(Token.Literal, close < 0 ? this.limit : Math.min(close + delimiter.length, this.limit));
  }

  private alternativeQuoted(i: number): Token {
    const open = this.at(i);
    let close = open;
    if (open === OPEN_PARENTHESIS) close = open + 1;
    else if (open === OPEN_BRACKET || open === OPEN_BRACE || open === LESS_THAN) close = open + 2;
    for (i++; i < this.limit; i++) {
      if (this.sql.charCodeAt(i) === close && this.at(i + 1) === QUOTE) return this.finish(Token.Literal, i + 2);
    }
    return this.finish(Token.Literal, this.limit);
  }
}
