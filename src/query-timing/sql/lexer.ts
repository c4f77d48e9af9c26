import type { BackslashRules, SqlDialect } from './dialect';

export enum Token {
  End,
  /** A keyword or a bare identifier. */
  Word,
  /** An identifier in quotes, brackets or backticks. */
  QuotedIdentifier,
  /** `"text"` where it may be a name or a string. */
  DoubleQuoted,
  /** A string, a number or a bit string: never displayed. */
  Literal,
  /** `?`, or `$1` and the like as far as the dialect has them. */
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
const EXCLAMATION_MARK = 33;
const OPEN_PARENTHESIS = 40;
const CLOSE_PARENTHESIS = 41;
const ASTERISK = 42;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const LESS_THAN = 60;
const QUESTION_MARK = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const UNDERSCORE = 95;
const BACKTICK = 96;
const LETTER_M = 77;
const OPEN_BRACE = 123;

const isSpace = (c: number) =>
  c === SPACE || (c >= TAB && c <= CARRIAGE_RETURN) || c === NO_BREAK_SPACE || c === BYTE_ORDER_MARK;
const isDigit = (c: number) => c >= ZERO && c <= NINE;
const lower = (c: number) => c | 32;
const isLetter = (c: number) => (lower(c) >= 97 && lower(c) <= 122) || (c >= 0x80 && !isSpace(c));
const startsWord = (c: number) => isLetter(c) || c === UNDERSCORE;
/** Inside a row of values: neither a quote nor the start of a comment or of a quoted name. */
const isSimple = (c: number) =>
  c === COMMA ||
  c === DOT ||
  c === QUESTION_MARK ||
  c === COLON ||
  c === AT ||
  c === SPACE ||
  isDigit(c) ||
  isLetter(c);
const isCurrency = (c: number) => (c >= 0xa2 && c <= 0xa5) || (c >= 0x20a0 && c <= 0x20cf);
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
  /** True if a string, a comment or a quoted name was not closed. */
  unclosed = false;
  /** True if the rest of the text was given up, because it can be read in several ways. */
  gaveUp = false;

  constructor(
    private readonly sql: string,
    private readonly dialect: SqlDialect,
    private readonly limit = sql.length,
    private readonly backslashes: BackslashRules = dialect.backslashes[0],
  ) {}

  /** Reads ahead without moving. @param read may call {@link next} a few times */
  ahead<T>(read: () => T): T {
    const { start, end, spaced, unclosed, gaveUp } = this;
    const result = read();
    Object.assign(this, { start, end, spaced, unclosed, gaveUp });
    return result;
  }

  next(): Token {
    const { sql } = this;
    this.skipSpace();
    const i = (this.start = this.end);
    if (i >= this.limit) return Token.End;
    const c = sql.charCodeAt(i);
    if (isCurrency(c) && isDigit(this.at(i + 1))) return this.number();
    if (startsWord(c)) return this.word(c);
    if (isDigit(c) || (c === DOT && isDigit(this.at(i + 1)))) return this.number();
    switch (c) {
      case QUOTE:
        return this.string(i + 1, this.backslashes.single);
      case DOUBLE_QUOTE:
        return this.doubleQuoted(i);
      case BACKTICK:
        if (!this.dialect.backtickIdentifiers) break;
        return this.name(Token.QuotedIdentifier, this.closing(i + 1, BACKTICK, false));
      case OPEN_BRACKET:
        if (!this.dialect.bracketIdentifiers) break;
        return this.name(Token.QuotedIdentifier, this.closing(i + 1, CLOSE_BRACKET, false));
      case QUESTION_MARK:
      case DOLLAR:
      case COLON:
      case AT:
        return this.placeholder(c);
    }
    return this.finish(Token.Punctuation, i + 1);
  }

  /**
   * Skips `, 1, 2, 'three', $4` after the current token, as far as the elements are that simple: long lists have nothing else.
   * Returns whether a numbered placeholder was among them.
   */
  skipSimpleElements(): boolean {
    let hasPlaceholder = false;
    for (let i = this.end; ;) {
      i = this.spaceEnd(i);
      if (this.at(i) !== COMMA) return hasPlaceholder;
      i = this.spaceEnd(i + 1);
      const isPlaceholder = this.at(i) === DOLLAR || this.at(i) === COLON || this.at(i) === AT;
      const end = this.simpleEnd(i);
      if (end < 0) return hasPlaceholder;
      i = this.spaceEnd(end);
      if (this.at(i) !== COMMA && this.at(i) !== CLOSE_PARENTHESIS) return hasPlaceholder;
      hasPlaceholder ||= isPlaceholder;
      this.end = end;
    }
  }

  /** Skips to the end of the brackets that the current token opens, if nothing in them needs a closer look. */
  skipSimpleBrackets(): boolean {
    let depth = 1;
    for (let i = this.end; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === OPEN_PARENTHESIS) depth++;
      else if (c === CLOSE_PARENTHESIS) {
        if (--depth === 0) {
          this.end = i + 1;
          return true;
        }
      } else if (c === QUOTE) {
        i = this.simpleEnd(i) - 1;
        if (i < 0 || startsWord(this.at(i + 1))) return false;
      } else if (c === DOLLAR ? !isDigit(this.at(i + 1)) : !isSimple(c)) {
        return false;
      }
    }
    return false;
  }

  private spaceEnd(i: number): number {
    while (isSpace(this.at(i))) i++;
    return i;
  }

  /** The end of a number, of a placeholder or of a string; -1 for what needs a closer look. */
  private simpleEnd(i: number): number {
    const c = this.at(i);
    if (c === QUOTE) {
      if ((this.hasBackslash ??= this.sql.includes('\\'))) return -1;
      const close = this.sql.indexOf("'", i + 1);
      return close < 0 || close >= this.limit ? -1 : close + 1;
    }
    if (c === QUESTION_MARK) return i + 1;
    if (c === DOLLAR || c === COLON || c === AT || c === MINUS) i++;
    if (!isDigit(this.at(i))) return -1;
    i = this.digitsEnd(i);
    return this.at(i) === DOT ? this.digitsEnd(i + 1) : i;
  }

  private hasBackslash: boolean | undefined;

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
    const { hashComments, mysqlComments, nestedComments } = this.dialect;
    let i = this.end;
    for (; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (isSpace(c)) continue;
      if (c === MINUS && this.at(i + 1) === MINUS) {
        if (mysqlComments && i + 2 < this.limit && !(this.sql.charCodeAt(i + 2) <= SPACE)) break;
        i = this.lineEnd(i + 2);
      } else if (c === HASH && hashComments) {
        i = this.lineEnd(i + 1);
      } else if (c === SLASH && this.at(i + 1) === ASTERISK) {
        i =
          (mysqlComments && this.isRun(i + 2) ? this.runCommentEnd(i) : this.blockCommentEnd(i + 2, nestedComments)) -
          1;
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

  /** Comments that start with an exclamation mark, on MariaDB also M and one, are run by some servers. */
  private isRun(i: number): boolean {
    return this.at(i) === EXCLAMATION_MARK || (this.at(i) === LETTER_M && this.at(i + 1) === EXCLAMATION_MARK);
  }

  /** Where it ends depends on the server's version if it contains a quote or another comment. */
  private runCommentEnd(i: number): number {
    const end = this.blockCommentEnd(i + 2, false);
    for (let k = i + 2; k < end - 2; k++) {
      const c = this.sql.charCodeAt(k);
      const isQuote = c === QUOTE || c === DOUBLE_QUOTE || c === BACKTICK || c === HASH;
      if (isQuote || (c === MINUS && this.at(k + 1) === MINUS) || (c === SLASH && this.at(k + 1) === ASTERISK)) {
        this.gaveUp = true;
        return this.limit;
      }
    }
    return end;
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
    return this.open();
  }

  private open(): number {
    this.unclosed = true;
    return this.limit;
  }

  private word(first: number): Token {
    const i = this.start;
    const second = this.at(i + 1);
    const { single } = this.backslashes;
    if (second === QUOTE) {
      const letter = lower(first);
      if (letter === 101 && this.dialect.postgresStrings) return this.string(i + 2, true); // e
      if (letter === 98 || letter === 120 || letter === 110) return this.string(i + 2, single); // b x n
      if (letter === 113 && this.dialect.alternativeQuotes) return this.alternativeQuoted(i + 2); // q
    } else if (second === AMPERSAND && lower(first) === 117 && this.at(i + 2) === QUOTE) {
      return this.string(i + 3, single); // u&
    } else if (lower(first) === 110 && lower(second) === 113 && this.at(i + 2) === QUOTE) {
      if (this.dialect.alternativeQuotes) return this.alternativeQuoted(i + 3); // nq
    }
    return this.finish(Token.Word, this.wordEnd(i + 1));
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

  /** A placeholder if the dialect has it. Elsewhere the character is punctuation, and a number after it a literal. */
  private placeholder(c: number): Token {
    const { sql, dialect, start } = this;
    const next = this.at(start + 1);
    if (dialect.placeholders.includes(String.fromCharCode(c)) && sql.charCodeAt(start - 1) !== c) {
      const named = c !== QUESTION_MARK && !(c === DOLLAR && dialect.postgresStrings);
      if (isDigit(next)) return this.finish(Token.Placeholder, this.digitsEnd(start + 2));
      if (named && startsWord(next)) return this.finish(Token.Placeholder, this.wordEnd(start + 2));
    }
    if (c === QUESTION_MARK) return this.finish(Token.Placeholder, start + 1);
    if (c === DOLLAR && isDigit(next)) return this.number();
    if (c === DOLLAR && dialect.postgresStrings) return this.dollarQuoted();
    return this.finish(Token.Punctuation, start + 1);
  }

  private wordEnd(end: number): number {
    while (end < this.limit && continuesWord(this.sql.charCodeAt(end))) end++;
    return end;
  }

  private digitsEnd(end: number): number {
    while (end < this.limit && isDigit(this.sql.charCodeAt(end))) end++;
    return end;
  }

  private doubleQuoted(i: number): Token {
    const { doubleQuotes } = this.dialect;
    if (doubleQuotes === 'string') {
      return this.finish(Token.Literal, this.quotedEnd(i + 1, DOUBLE_QUOTE, this.backslashes.double));
    }
    const token = doubleQuotes === 'name' ? Token.QuotedIdentifier : Token.DoubleQuoted;
    return this.name(token, this.closing(i + 1, DOUBLE_QUOTE, this.backslashes.double));
  }

  /** One that is not closed extends over all literals after it, so it is not displayed either. */
  private name(token: Token, end: number): Token {
    return this.finish(this.unclosed ? Token.Literal : token, end);
  }

  private quotedEnd(i: number, quote: number, backslashes: boolean): number {
    if (!this.dialect.tripleQuotes || this.at(i) !== quote || this.at(i + 1) !== quote) {
      return this.closing(i, quote, backslashes);
    }
    for (i += 2; i < this.limit; i++) {
      const c = this.sql.charCodeAt(i);
      if (c === BACKSLASH) i++;
      else if (c === quote && this.at(i + 1) === quote && this.at(i + 2) === quote) return i + 3;
    }
    return this.open();
  }

  private string(i: number, backslashes: boolean): Token {
    let end = this.quotedEnd(i, QUOTE, backslashes);
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
    return this.open();
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
    const end = close < 0 ? Infinity : close + delimiter.length;
    return this.finish(Token.Literal, end <= this.limit ? end : this.open());
  }

  private alternativeQuoted(i: number): Token {
    const open = this.at(i);
    let close = open;
    if (open === OPEN_PARENTHESIS) close = open + 1;
    else if (open === OPEN_BRACKET || open === OPEN_BRACE || open === LESS_THAN) close = open + 2;
    for (i++; i < this.limit; i++) {
      if (this.sql.charCodeAt(i) === close && this.at(i + 1) === QUOTE) return this.finish(Token.Literal, i + 2);
    }
    return this.finish(Token.Literal, this.open());
  }
}
